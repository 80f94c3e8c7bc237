import { CALL_ID } from '@privity/routing';

export const FACILITY = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,32}$' } as const;
const party = { enum: ['caller', 'callee'] } as const;

/** `POST /api/calls`. `caller` may be left out for a hotline, which drops it anyway. */
export const CALL_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['callId', 'facility', 'dialed'],
  properties: {
    callId: { type: 'string', pattern: CALL_ID.source },
    facility: FACILITY,
    caller: { type: 'string', pattern: '\\S', maxLength: 64 },
    dialed: { type: 'string', maxLength: 64 },
    others: { type: 'array', maxItems: 16, items: { type: 'string', maxLength: 64 } },
    at: { type: 'string', format: 'date-time' },
  },
} as const;

export const NOTICE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['party', 'result'],
  properties: { party, result: { enum: ['accepted', 'declined', 'no-answer'] } },
} as const;

/** `number` may be left out: somebody joined, and the edge cannot tell who. */
export const PARTY_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: { number: { type: 'string', maxLength: 64 } },
} as const;

export const CLAIM_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['party'],
  properties: { party },
} as const;

/** `/connected` and `/ended`. */
export const MOMENT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['at'],
  properties: { at: { type: 'string', format: 'date-time' } },
} as const;

export const RENEWAL_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['permit'],
  properties: { permit: { type: 'string', maxLength: 4096 } },
} as const;
