import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FindingsController } from './events/findings.controller.js';
import { ProbingWatch } from './events/probing-watch.js';
import { FindingsRaiser } from './events/raise-findings.js';
import { AccessesController } from './http/accesses.controller.js';
import { FindingsListController } from './http/findings.controller.js';
import { LogModule } from './log/log.module.js';
import { AccessLine } from './read-models/access.entity.js';
import { AccessesProjection } from './read-models/accesses.controller.js';
import { FindingListProjection } from './read-models/finding-list.controller.js';
import { FindingLine } from './read-models/finding.entity.js';
import { KnownRecording } from './read-models/known-recording.entity.js';

/** The audit service: the log, what it means, and what should worry somebody. */
@Module({
  imports: [LogModule, TypeOrmModule.forFeature([AccessLine, KnownRecording, FindingLine])],
  controllers: [
    FindingsController,
    AccessesProjection,
    FindingListProjection,
    AccessesController,
    FindingsListController,
  ],
  providers: [FindingsRaiser, ProbingWatch],
})
export class AuditModule {}
