import type { ServiceDefinition } from '@privity/service';
import { subscriptions } from './events/consumers.js';
import { RecordingModule } from './recording.module.js';

/** Permit -> media -> vault; playback. */
export const recordingService: ServiceDefinition = {
  name: 'recording',
  module: RecordingModule,
  subscriptions,
  streamedBodies: ['audio/basic'],
};
