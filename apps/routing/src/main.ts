import 'reflect-metadata';
import { runService } from '@privity/service';
import { definition } from './definition.js';

await runService(definition);
