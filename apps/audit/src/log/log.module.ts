import { Module } from '@nestjs/common';
import { ServiceConfig } from '@privity/service';
import { LogController } from '../http/log.controller.js';
import { LoggedEventsController } from '../http/logged-events.controller.js';
import { CheckpointPublisher } from './checkpoint-publisher.js';
import { Integrator } from './integrator.js';
import { LastSigned } from './last-signed.js';
import { LogSigner } from './log-signer.js';
import { LogStore } from './log-store.js';

/** The transparency log: integration, signing, and what outsiders read. */
@Module({
  controllers: [LogController, LoggedEventsController],
  providers: [
    Integrator,
    LogStore,
    CheckpointPublisher,
    {
      provide: LogSigner,
      inject: [ServiceConfig],
      useFactory: (config: ServiceConfig) => LogSigner.fromFolders(config),
    },
    {
      provide: LastSigned,
      inject: [ServiceConfig],
      useFactory: (config: ServiceConfig) => LastSigned.beside(config),
    },
  ],
})
export class LogModule {}
