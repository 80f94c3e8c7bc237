import { CALLING_HOURS_SCHEMA, orderedHours } from './calling-hours.js';
import type { FacilityPolicy } from './events.js';

/**
 * Applies where a facility has no policy, or is not known at all: nobody is recorded, and only approved numbers of people
 * who are there connect. Numbers that are protected connect all the same (T16).
 */
export const STRICTEST_POLICY: FacilityPolicy = {
  allowedList: 'required',
  presence: 'required',
  recording: 'off',
  notices: [],
  maxSeconds: 900,
};

/** JSON Schema (2020-12 subset) of `FacilityPolicy`. A policy that permits recording must play a notice (P1). */
export const FACILITY_POLICY_SCHEMA = {
  $id: 'urn:privity:facility-policy:1',
  type: 'object',
  additionalProperties: false,
  required: ['allowedList', 'presence', 'recording', 'notices', 'maxSeconds'],
  properties: {
    allowedList: { enum: ['required', 'off'] },
    presence: { enum: ['required', 'noted'] },
    recording: { enum: ['permitted', 'off'] },
    notices: {
      type: 'array',
      maxItems: 8,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['party', 'language', 'acceptance'],
        properties: {
          party: { enum: ['caller', 'callee'] },
          language: { type: 'string', pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' },
          acceptance: { enum: ['required', 'none'] },
        },
      },
    },
    maxSeconds: { type: 'integer', minimum: 1, maximum: 86_400 },
    declined: { enum: ['unrecorded', 'not-connected'] },
    hours: CALLING_HOURS_SCHEMA,
  },
  if: { type: 'object', properties: { recording: { const: 'permitted' } } },
  then: { type: 'object', properties: { notices: { type: 'array', minItems: 1 } } },
} as const;

/**
 * The same policy has the same text whatever the order in which a client wrote its fields, and whether it wrote what goes
 * without saying.
 * @throws InvalidInput for hours that end before they begin
 */
export function orderedPolicy(policy: FacilityPolicy): FacilityPolicy {
  return {
    allowedList: policy.allowedList,
    presence: policy.presence,
    recording: policy.recording,
    notices: policy.notices.map(({ party, language, acceptance }) => ({ party, language, acceptance })),
    maxSeconds: policy.maxSeconds,
    ...(policy.declined === 'not-connected' ? { declined: policy.declined } : {}),
    ...(policy.hours === undefined ? {} : { hours: orderedHours(policy.hours) }),
  };
}
