import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Membership, Spool } from '@privity/service';
import { Attestations } from './cases/attestations.js';
import { CaseOpening } from './cases/case-opening.js';
import { Cases } from './cases/cases.js';
import { ProtectionEndings } from './cases/protection-endings.js';
import { SettledEnds } from './cases/settled-ends.js';
import { Attesting } from './certificates/attesting.js';
import { Certificates } from './certificates/certificates.js';
import { OwnFigures } from './certificates/own-figures.js';
import { RegistrySigner } from './certificates/registry-signer.js';
import { AllowedListReactor } from './events/allowed-list.reactor.js';
import { ClaimsReactor } from './events/claims.reactor.js';
import { BookingsReactor } from './events/bookings.reactor.js';
import { CasesReactor } from './events/cases.reactor.js';
import { NoticesReactor } from './events/notices.reactor.js';
import { RegistrationMatchingReactor } from './events/registration-matching.reactor.js';
import { RegistrationsReactor } from './events/registrations.reactor.js';
import { OwnView } from './events/own-view.js';
import { AttorneysController } from './http/attorneys.controller.js';
import { CasesController } from './http/cases.controller.js';
import { CasesWork } from './http/cases.work.js';
import { HeldImportsWork } from './http/held-imports.work.js';
import { CertificatesController } from './http/certificates.controller.js';
import { DifferencesController } from './http/differences.controller.js';
import { HeartbeatController } from './http/heartbeat.controller.js';
import { ImportsController } from './http/imports.controller.js';
import { ProtectionEndingsController } from './http/protection-endings.controller.js';
import { ProtectionsController } from './http/protections.controller.js';
import { SelfCheckController } from './http/self-check.controller.js';
import { RegisterPageController } from './http/register-page.controller.js';
import { RegistrationsController } from './http/registrations.controller.js';
import { WorkController } from './http/work.controller.js';
import { WORK_SOURCES, type WorkSource } from './http/work.js';
import { Comparing } from './imports/comparing.js';
import { Differences } from './imports/differences.js';
import { HeldImports } from './imports/held-imports.js';
import { ImportReports } from './imports/import-reports.js';
import { Imports } from './imports/imports.js';
import { ListEntries } from './imports/list-entries.js';
import { NOTICE_PROVIDERS } from './notices/index.js';
import { ListReading } from './imports/list-reading.js';
import { OpenedEntries } from './imports/opened-entries.js';
import { NearMatches } from './protections/near-matches.js';
import { OpenedValues } from './protections/opened-values.js';
import { Protecting } from './protections/protecting.js';
import { AttorneyListings } from './protections/attorney-listings.js';
import { Attorneys } from './protections/attorneys.js';
import { ProtectionChecks } from './protections/protection-checks.js';
import { StaffProtections } from './protections/staff-protections.js';
import { CallBackCodes } from './self-check/call-back-codes.js';
import { ImportReport } from './read-models/import-report.entity.js';
import { RegistryCase } from './read-models/registry-case.entity.js';
import { RegistrationEntry } from './read-models/registration.entity.js';
import { RegistrationsProjection } from './read-models/registrations.projection.js';
import { Delegates } from './registrations/delegates.js';
import { Escalation } from './registrations/escalation.js';
import { FormView } from './registrations/form-view.js';
import { RegisteredNumbers } from './registrations/registered-numbers.js';
import { Registrations } from './registrations/registrations.js';
import { RegistrationsWork } from './registrations/registrations.work.js';
import { Verification } from './registrations/verification.js';

/** What may wait for a person; the work list shows all of it together. */
const WORK = [HeldImportsWork, CasesWork, RegistrationsWork];

/** Who must not be recorded, and since when. */
@Module({
  imports: [TypeOrmModule.forFeature([ImportReport, RegistrationEntry, RegistryCase])],
  controllers: [
    WorkController,
    ImportsController,
    AttorneysController,
    ProtectionsController,
    ProtectionEndingsController,
    SelfCheckController,
    HeartbeatController,
    CasesController,
    CertificatesController,
    DifferencesController,
    AllowedListReactor,
    ClaimsReactor,
    CasesReactor,
    BookingsReactor,
    NoticesReactor,
    RegistrationsController,
    RegisterPageController,
    RegistrationMatchingReactor,
    RegistrationsReactor,
    RegistrationsProjection,
  ],
  providers: [
    Membership,
    Protecting,
    Spool,
    ImportReports,
    ListReading,
    Imports,
    HeldImports,
    ListEntries,
    Comparing,
    OpenedEntries,
    Differences,
    OwnView,
    NearMatches,
    RegistrySigner,
    OwnFigures,
    Certificates,
    Attesting,
    StaffProtections,
    OpenedValues,
    Cases,
    CaseOpening,
    ProtectionEndings,
    SettledEnds,
    Attestations,
    Attorneys,
    AttorneyListings,
    Registrations,
    RegisteredNumbers,
    Delegates,
    Verification,
    FormView,
    Escalation,
    ...WORK,
    { provide: WORK_SOURCES, useFactory: (...sources: WorkSource[]) => sources, inject: WORK },
    ProtectionChecks,
    CallBackCodes,
    ...NOTICE_PROVIDERS,
  ],
})
export class RegistryModule {}
