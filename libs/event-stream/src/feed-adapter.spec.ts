import { eventStreamContract } from './contract/index.js';
import { feedBench } from './test-bench/feed-bench.js';

eventStreamContract('feed', feedBench);
