import { type PipeTransform } from '@nestjs/common';
import { InvalidInput, isInstant, isUuid } from '@privity/kernel';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, useDefaults: false, coerceTypes: false });
ajv.addFormat('instant', { type: 'string', validate: (text: string) => isInstant(text) });
ajv.addFormat('uuid', { type: 'string', validate: (text: string) => isUuid(text) });
ajv.addFormat('date-time', {
  type: 'string',
  validate: (text: string) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && isOfOurDays(new Date(text)),
});

/** Years that no database and no sorting as text takes amiss. */
function isOfOurDays(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1900 && year < 3000;
}

/** `@Body(new JsonBody<CallRequest>(schema))`: a body that fits the JSON schema, else a 422 naming the field. */
export class JsonBody<T> implements PipeTransform<unknown, T> {
  private readonly validate: ValidateFunction<T>;

  constructor(schema: object) {
    this.validate = ajv.compile<T>(schema);
  }

  /** @throws InvalidInput naming the first field that is wrong; the value itself is not repeated. */
  transform(body: unknown): T {
    if (this.validate(body)) return body;
    const [error] = this.validate.errors ?? [];
    throw new InvalidInput(fieldOf(error), messageOf(error));
  }
}

function fieldOf(error: ErrorObject | undefined): string {
  if (error === undefined) return '(body)';
  const path = error.instancePath.split('/').slice(1);
  const { missingProperty, additionalProperty } = error.params as Record<string, unknown>;
  if (typeof missingProperty === 'string') path.push(missingProperty);
  if (typeof additionalProperty === 'string') path.push(additionalProperty);
  return path.length === 0 ? '(body)' : path.join('.');
}

function messageOf(error: ErrorObject | undefined): string {
  if (error?.keyword === 'required') return 'is missing';
  if (error?.keyword === 'additionalProperties') return 'is not known here';
  if (error?.keyword === 'enum') {
    const { allowedValues } = error.params as { allowedValues?: unknown[] };
    return `must be one of ${(allowedValues ?? []).join(', ')}`;
  }
  return error?.message ?? 'is not valid';
}
