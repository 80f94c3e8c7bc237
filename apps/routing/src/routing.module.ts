import { Module } from '@nestjs/common';
import { Membership, Spool } from '@privity/service';
import { BlockList } from './blocks/block-list.js';
import { Blocking } from './blocks/blocking.js';
import { CallBook } from './calls/call-book.js';
import { CallDesk } from './calls/call-desk.js';
import { Claims } from './calls/claims.js';
import { Decisions } from './calls/decisions.js';
import { Fingerprints } from './calls/fingerprints.js';
import { Permits } from './calls/permits.js';
import { BlocksController } from './http/blocks.controller.js';
import { CallProgressController } from './http/call-progress.controller.js';
import { CallsController } from './http/calls.controller.js';
import { FacilitiesController } from './http/facilities.controller.js';
import { JurisdictionsController } from './http/jurisdictions.controller.js';
import { ImportsController } from './http/imports.controller.js';
import { RenewalsController } from './http/renewals.controller.js';
import { ImportRecords } from './imports/import-records.js';
import { ImportRunner } from './imports/import-runner.js';
import { DocumentsInForce } from './facilities/documents-in-force.js';
import { Jurisdictions } from './facilities/jurisdictions.js';
import { CallLapses } from './lapses/call-lapses.js';
import { OpenCalls } from './lapses/open-calls.js';
import { DryRun } from './facilities/dry-run.js';
import { DuePolicies } from './facilities/due-policies.js';
import { Policies } from './facilities/policies.js';
import { CaughtUp } from './read-models/caught-up.js';
import { Directory } from './read-models/directory.js';
import { HeartbeatPoller } from './read-models/heartbeat-poller.js';
import { RegistryView } from './read-models/registry-view.js';
import { VerdictWatch } from './read-models/verdict-watch.js';

/** Who may call whom; decides each call. */
@Module({
  controllers: [
    CallsController,
    CallProgressController,
    RenewalsController,
    FacilitiesController,
    JurisdictionsController,
    BlocksController,
    ImportsController,
  ],
  providers: [
    Membership,
    Spool,
    Directory,
    RegistryView,
    HeartbeatPoller,
    VerdictWatch,
    CaughtUp,
    Decisions,
    CallBook,
    CallDesk,
    Claims,
    Fingerprints,
    Permits,
    DocumentsInForce,
    OpenCalls,
    CallLapses,
    Policies,
    Jurisdictions,
    DuePolicies,
    DryRun,
    Blocking,
    BlockList,
    ImportRecords,
    ImportRunner,
  ],
})
export class RoutingModule {}
