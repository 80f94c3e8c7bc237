import type { BlindIndex } from '@privity/kernel';
import { isWithinHours } from './calling-hours.js';
import type { CallRequest } from './commands.js';
import type { DirectoryMoment } from './directory-moment.js';
import type { CallJurisdiction, Consent, DirectoryViewUsed, FacilityPolicy, RegistryViewUsed } from './events.js';
import { jurisdictionOf } from './jurisdictions.js';
import { STRICTEST_POLICY } from './policy.js';

/** A number that any source calls a hotline is one; every other category only keeps the call unrecorded. */
export type Standing = 'hotline' | 'protected' | 'claimed' | undefined;

/** The registry as of one vector of positions. The live view and a replay both answer through this. */
export interface RegistryMoment {
  readonly used: RegistryViewUsed;
  /** Of a number or of a person in custody. Undefined: not protected. */
  standing(index: BlindIndex): Standing;
  /** Of a number that is only claimed: the first claim that stands, by its call. */
  claim(index: BlindIndex): string | undefined;
  /** Whether the registry ever heard of this claim, however it was settled. */
  hasHeardOf(claim: string): boolean;
}

/** All that a decision rests on. Nothing else may influence it (P7). */
export interface CallFacts {
  readonly hotline: boolean;
  readonly numberProtected: boolean;
  /** Whomever they call. */
  readonly callerProtected: boolean;
  /** Anyone lists the number as ATTORNEY or LEGAL. */
  readonly legalRelation: boolean;
  /** How many calls the number got since somebody claimed it to be privileged. Absent: nobody does. */
  readonly claimedCalls?: number;
  /** Somebody claims it of another number that has to do with the call. */
  readonly otherClaimed: boolean;
  readonly facilityKnown: boolean;
  readonly policy: FacilityPolicy;
  readonly policyVersion: number;
  /** Undefined: decided before there were rules. */
  readonly jurisdiction: CallJurisdiction | undefined;
  /** What the stricter of both ends asks for. */
  readonly consent: Consent;
  readonly callerListed: boolean;
  readonly callerHere: boolean;
  /** The caller's own list has the number, approved. */
  readonly allowed: boolean;
  /** Id of a block that stops this call. Never of a hotline: nothing of its caller is looked up. */
  readonly block: string | undefined;
  readonly withinHours: boolean;
  readonly registry: RegistryViewUsed;
  readonly directory: DirectoryViewUsed;
}

/**
 * Looks up what a decision needs, as of the two moments. For a hotline nothing of the caller is looked up (P11).
 * @param tried in place of a known facility's own policy, where somebody asks what it would change
 */
export function gatherFacts(
  request: CallRequest,
  registry: RegistryMoment,
  directory: DirectoryMoment,
  tried?: FacilityPolicy,
): CallFacts {
  const { dialed, others } = request;
  // Whichever of its numbers is protected, the call is: lawyers have their lines diverted, and are called back.
  const numbers = [...(dialed === undefined ? [] : [dialed]), ...(others?.indexes ?? [])];
  const standings = numbers.map((number) => registry.standing(number));
  const hotline = standings.includes('hotline');
  const caller = hotline ? undefined : request.caller;
  const facility = directory.facility(request.facility);
  const person = caller === undefined ? undefined : directory.caller(caller);
  const numberProtected = !hotline && standings.includes('protected');
  const callerProtected = caller !== undefined && registry.standing(caller) !== undefined;
  const legalRelation = numbers.some((number) => directory.isLegal(number));
  const isPrivate = hotline || numberProtected || callerProtected || legalRelation;
  const claim = dialed === undefined ? undefined : claimOf(dialed, registry, directory);
  const policy = (facility && (tried ?? facility.policy)) ?? STRICTEST_POLICY;
  return {
    hotline,
    numberProtected,
    callerProtected,
    legalRelation,
    otherClaimed: (others?.indexes ?? []).some((number) => claimOf(number, registry, directory) !== undefined),
    ...(claim === undefined || dialed === undefined ? {} : { claimedCalls: directory.claimedCalls(dialed, claim) }),
    facilityKnown: facility !== undefined,
    policy,
    policyVersion: facility?.policyVersion ?? 0,
    ...jurisdictionOf(facility, isPrivate ? { at: request.at } : request, directory.rules()),
    callerListed: person !== undefined,
    callerHere: person !== undefined && directory.whereabouts(person, request.at, facility) === request.facility,
    allowed: caller !== undefined && dialed !== undefined && directory.isAllowed(caller, dialed),
    block: hotline ? undefined : directory.blockOf(request),
    withinHours: isWithinHours(policy.hours, request.at, facility?.timezone ?? 'UTC'),
    registry: registry.used,
    directory: directory.used,
  };
}

/**
 * The claim under which a number's calls are counted. What was claimed here stands until the registry has heard of it: from
 * then on the registry says whether it still does.
 */
export function claimOf(
  dialed: BlindIndex,
  registry: Pick<RegistryMoment, 'claim' | 'hasHeardOf'>,
  directory: Pick<DirectoryMoment, 'claims'>,
): string | undefined {
  return registry.claim(dialed) ?? directory.claims(dialed).find((claim) => !registry.hasHeardOf(claim));
}

/**
 * Which of a number's indexes (one per live key epoch, the current first) a decision speaks of: the one that protects it,
 * whatever the epoch it was listed under; a hotline before all.
 */
export function chooseDialed(
  candidates: readonly BlindIndex[],
  registry: RegistryMoment,
  directory: DirectoryMoment,
  caller?: BlindIndex,
): BlindIndex | undefined {
  if (candidates.length === 1) return candidates[0];
  return (
    candidates.find((index) => registry.standing(index) === 'hotline') ??
    candidates.find((index) => registry.standing(index) === 'protected') ??
    candidates.find((index) => directory.isLegal(index)) ??
    candidates.find((index) => claimOf(index, registry, directory) !== undefined) ??
    candidates.find((index) => caller !== undefined && directory.isAllowed(caller, index)) ??
    candidates[0]
  );
}

/** The caller's index that the directory knows, else the current one. */
export function chooseCaller(candidates: readonly BlindIndex[], directory: DirectoryMoment): BlindIndex | undefined {
  return candidates.find((index) => directory.caller(index) !== undefined) ?? candidates[0];
}
