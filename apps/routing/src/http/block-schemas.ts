import { FACILITY } from './call-schemas.js';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** `POST /api/blocks`. */
export const BLOCK_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['number', 'kind', 'basis'],
  properties: {
    number: text(64),
    caller: text(64),
    facility: FACILITY,
    kind: { enum: ['no-contact-order', 'callee-request', 'facility'] },
    basis: text(2000),
  },
} as const;

/** `POST /api/blocks/{blockId}/end`. */
export const BLOCK_END_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['basis'],
  properties: { basis: text(2000) },
} as const;
