import { Inject, Injectable } from '@nestjs/common';
import { EventStore, parseEnvelope } from '@privity/event-store';
import {
  BlindIndexer,
  derivedId,
  instant,
  InvalidInput,
  type KeyRing,
  parseNumber,
  PrivityError,
  seal,
  uuidv7,
} from '@privity/kernel';
import { type BlockKind, BlockNotFound, blocksStream, type NumberBlocked, numberBlocks } from '@privity/routing';
import { Forbidden, handleCommand, INDEX_KEYS, type Principal, SubjectKeys } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { RegistryView } from '../read-models/registry-view.js';

export interface BlockRequest {
  readonly number: string;
  /** A person in custody, as the facilities name them; or `facility`; or neither: nobody may call the number. */
  readonly caller?: string;
  readonly facility?: string;
  readonly kind: BlockKind;
  /** On what it rests. Kept sealed. */
  readonly basis: string;
}

/** Whoever calls a hotline is never looked at, so that nobody can be kept from it (P11, T16). */
export class HotlineNotBlocked extends PrivityError {
  constructor() {
    super('hotline-not-blocked', 422, 'This number is a hotline: it cannot be blocked.', { field: 'number' });
  }
}

/** Enters blocks, and ends them by a second person. In force everywhere when a promise resolves. */
@Injectable()
export class Blocking {
  private readonly numbers: BlindIndexer;
  private readonly callers: BlindIndexer;

  constructor(
    private readonly store: EventStore,
    private readonly directory: Directory,
    private readonly registry: RegistryView,
    private readonly subjects: SubjectKeys,
    @Inject(INDEX_KEYS) keys: KeyRing,
  ) {
    this.numbers = new BlindIndexer(keys, 'number-index');
    this.callers = new BlindIndexer(keys, 'caller-index');
  }

  /** @returns the block's id @throws InvalidInput, HotlineNotBlocked, Forbidden */
  async block(request: BlockRequest, asker: Principal, idempotencyKey?: string): Promise<string> {
    const { kind, basis, facility } = request;
    const number = this.readNumber(request.number);
    const caller = request.caller?.trim();
    this.checkScope(caller, facility, asker);
    const index = this.numbers.index(number);
    const stream = blocksStream(index);
    const who = caller === undefined ? {} : await this.sealedCaller(caller, stream);
    const scope = `${stream}:${who.caller ?? ''}:${facility ?? ''}:${kind}`;
    const block =
      idempotencyKey === undefined ? uuidv7() : derivedId(idempotencyKey, `block:${asker.subject}:${scope}`, 0);
    const key = await this.subjects.keyFor(stream);
    const data: NumberBlocked['data'] = {
      ...{ block, index, kind },
      ...who,
      ...(facility === undefined ? {} : { facility }),
      number: seal(number, key, `${stream}:number`),
      basis: seal(basis, key, `${stream}:basis`),
      since: instant(),
      blockedBy: asker.subject,
    };
    const meta = { actor: asker.subject, correlationid: block };
    await handleCommand(this.store, numberBlocks, stream, { type: 'BlockNumber', block: data }, meta);
    await this.inForce(stream);
    return block;
  }

  /** Once more changes nothing. @throws BlockNotFound; Forbidden for whoever entered the block */
  async end(block: string, basis: string, asker: Principal): Promise<void> {
    const index = this.directory.view.blocked.indexOf(block);
    if (index === undefined) throw new BlockNotFound();
    const stream = blocksStream(index);
    await this.requireSeen(stream, block, asker);
    const sealed = seal(basis, await this.subjects.keyFor(stream), `${stream}:basis`);
    const command = { type: 'EndBlock', block, index, basis: sealed, endedBy: asker.subject } as const;
    const meta = { actor: asker.subject, correlationid: block };
    const { events } = await handleCommand(this.store, numberBlocks, stream, command, meta);
    if (events.some(({ type }) => type === 'routing.BlockEndRefused')) {
      throw new Forbidden('Whoever entered a block cannot end it. Ask a second person.');
    }
    await this.inForce(stream);
  }

  private readNumber(text: string): string {
    const parsed = parseNumber(text);
    if (!parsed.ok) throw new InvalidInput('number', `is not a telephone number of ten digits (${parsed.reason})`);
    const { standing } = this.registry.moment();
    if (this.numbers.candidates(parsed.number).some((index) => standing(index) === 'hotline')) {
      throw new HotlineNotBlocked();
    }
    return parsed.number;
  }

  private checkScope(caller: string | undefined, facility: string | undefined, asker: Principal): void {
    if (caller === '') throw new InvalidInput('caller', 'is empty');
    if (caller !== undefined && facility !== undefined) {
      throw new InvalidInput('facility', 'A block is for a person or for a facility, not for both.');
    }
    // A person's block, and everybody's, hold at other facilities too.
    if (asker.facility !== undefined && asker.facility !== facility) {
      throw new Forbidden('This token is bound to another facility.');
    }
    if (facility !== undefined && this.directory.view.now().facility(facility) === undefined) {
      throw new InvalidInput('facility', 'is not a facility that was imported');
    }
  }

  /** Under the person's own key, so that it is forgotten with them (P10). */
  private async sealedCaller(id: string, stream: string): Promise<Pick<NumberBlocked['data'], 'caller' | 'person'>> {
    const caller = this.callers.index(id);
    return { caller, person: seal(id, await this.subjects.keyFor(caller), `${stream}:person`) };
  }

  /** To a token of one facility the blocks of others do not exist. */
  private async requireSeen(stream: string, block: string, asker: Principal): Promise<void> {
    if (asker.facility === undefined) return;
    const facilities = (await this.store.readStream(stream))
      .filter(({ type }) => type === 'routing.NumberBlocked')
      .map(({ text }) => parseEnvelope<NumberBlocked['data']>(text).data)
      .filter((data) => data.block === block)
      .map(({ facility }) => facility);
    if (!facilities.includes(asker.facility)) throw new BlockNotFound();
  }

  private async inForce(stream: string): Promise<void> {
    // All of the stream: whoever repeats a request may have been cut off while waiting.
    await this.directory.reachEverywhere(await this.store.readStream(stream));
  }
}
