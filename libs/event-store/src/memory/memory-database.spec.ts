import { eventStoreBehaviour, memoryStore } from '../contract/index.js';

eventStoreBehaviour('memory', async () => memoryStore());
