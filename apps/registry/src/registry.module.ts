import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Membership, Spool } from '@privity/service';
import { AllowedListReactor } from './events/allowed-list.reactor.js';
import { OwnView } from './events/own-view.js';
import { AttorneysController } from './http/attorneys.controller.js';
import { HeartbeatController, HeartbeatSigner } from './http/heartbeat.controller.js';
import { ImportsController } from './http/imports.controller.js';
import { ProtectionsController } from './http/protections.controller.js';
import { WorkController } from './http/work.controller.js';
import { BarRollReader } from './imports/bar-roll.reader.js';
import { DoNotRecordReader } from './imports/do-not-record.reader.js';
import { HeldImports } from './imports/held-imports.js';
import { Imports } from './imports/imports.js';
import { ListEntries } from './imports/list-entries.js';
import { NearMatches } from './protections/near-matches.js';
import { Protecting } from './protections/protecting.js';
import { Attorneys } from './protections/attorneys.js';
import { StaffProtections } from './protections/staff-protections.js';
import { ImportReport } from './read-models/import-report.entity.js';

/** Who must not be recorded, and since when. */
@Module({
  imports: [TypeOrmModule.forFeature([ImportReport])],
  controllers: [
    WorkController,
    ImportsController,
    AttorneysController,
    ProtectionsController,
    HeartbeatController,
    AllowedListReactor,
  ],
  providers: [
    Membership,
    Protecting,
    BarRollReader,
    DoNotRecordReader,
    Spool,
    Imports,
    HeldImports,
    ListEntries,
    OwnView,
    NearMatches,
    HeartbeatSigner,
    StaffProtections,
    Attorneys,
  ],
})
export class RegistryModule {}
