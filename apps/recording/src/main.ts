import 'reflect-metadata';
import { runService } from '@privity/service';
import { recordingService } from './definition.js';

await runService(recordingService);
