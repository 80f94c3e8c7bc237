import { Inject, Injectable } from '@nestjs/common';
import { type BlindIndex, BlindIndexer, InvalidInput, type KeyRing, parseNumber } from '@privity/kernel';
import {
  type AddParty,
  type CallDecided,
  type CallRequest,
  chooseCaller,
  chooseDialed,
  claimOf,
  decideCall,
  type DirectoryMoment,
  gatherFacts,
  type OtherNumbers,
  type RegistryMoment,
  stateOfNumber,
} from '@privity/routing';
import { INDEX_KEYS } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { RegistryView } from '../read-models/registry-view.js';

/** A call as a client names it, nothing looked up yet. */
export interface AskedCall {
  readonly facility: string;
  readonly caller?: string;
  readonly dialed: string;
  /** Other numbers that the call goes through: diverted from, called back. */
  readonly others?: readonly string[];
  readonly at: string;
}

/** Decides from the views in memory. Nothing is awaited between the look-ups, so all of them see one moment. */
@Injectable()
export class Decisions {
  private readonly numbers: BlindIndexer;
  private readonly callers: BlindIndexer;

  constructor(
    private readonly directory: Directory,
    private readonly registry: RegistryView,
    @Inject(INDEX_KEYS) keys: KeyRing,
  ) {
    this.numbers = new BlindIndexer(keys, 'number-index');
    this.callers = new BlindIndexer(keys, 'caller-index');
  }

  /** @throws InvalidInput when a call that is not to a hotline names no caller */
  decide(asked: AskedCall): CallDecided {
    const registry = this.registry.moment();
    const directory = this.directory.view.now();
    const request = this.identify(asked, registry, directory);
    return decideCall(request, gatherFacts(request, registry, directory));
  }

  /** The same question again, for a permit: the indexes of the decision, the views of this moment. */
  again(request: CallRequest): CallDecided {
    return decideCall(request, gatherFacts(request, this.registry.moment(), this.directory.view.now()));
  }

  /** Whether the call is privileged as far as is known now: what was learnt after it counts too (P8, P12). */
  isPrivate({ caller, dialed, others }: Pick<CallRequest, 'caller' | 'dialed' | 'others'>): boolean {
    const registry = this.registry.moment();
    const { standing } = registry;
    if (caller !== undefined && standing(caller) !== undefined) return true;
    const directory = this.directory.view.now();
    return [...(dialed === undefined ? [] : [dialed]), ...(others?.indexes ?? [])].some(
      (index) =>
        standing(index) !== undefined || directory.isLegal(index) || claimOf(index, registry, directory) !== undefined,
    );
  }

  /**
   * A number that joins a call. Without an index: it cannot be read, or is a hotline's. Beside one of those no caller may
   * stand, and the call has one already (P11).
   */
  joining(number: string | undefined): Omit<AddParty, 'type'> {
    const parsed = parseNumber(number ?? '');
    if (!parsed.ok) return {};
    const registry = this.registry.moment();
    const index = chooseDialed(this.numbers.candidates(parsed.number), registry, this.directory.view.now());
    if (index === undefined || registry.standing(index) === 'hotline') return {};
    return { number: index, ...known('state', stateOfNumber(parsed.number)) };
  }

  /** Blind indexes instead of numbers; a hotline is recognised first, and its caller is not even hashed (P11). */
  private identify(asked: AskedCall, registry: RegistryMoment, directory: DirectoryMoment): CallRequest {
    const { facility, caller, at } = asked;
    const parsed = parseNumber(asked.dialed);
    const candidates = parsed.ok ? this.numbers.candidates(parsed.number) : [];
    const others = this.readOthers(asked.others ?? [], registry, directory);
    const first = chooseDialed(candidates, registry, directory);
    const isHotline = (index: BlindIndex) => registry.standing(index) === 'hotline';
    const hotlines = others.indexes.filter(isHotline);
    if (hotlines.length > 0 || (first !== undefined && isHotline(first))) {
      // Nor may a number stand beside it that could tell who calls.
      return { facility, ...known('dialed', first), ...beside({ indexes: hotlines }), at };
    }
    if (caller === undefined) throw new InvalidInput('caller', 'is missing');
    const callers = this.callers.candidates(caller.trim());
    const who = callers.find((index) => registry.standing(index) !== undefined) ?? chooseCaller(callers, directory);
    const number = chooseDialed(candidates, registry, directory, who);
    // Diverted, it is answered nobody knows where.
    const isDiverted = others.indexes.length > 0 || others.unread;
    const state = parsed.ok && !isDiverted ? stateOfNumber(parsed.number) : undefined;
    return {
      facility,
      ...known('caller', who),
      ...known('dialed', number),
      ...beside(others),
      ...known('calleeState', state),
      ...known('block', directory.findBlock(candidates, callers, facility)?.block),
      at,
    };
  }

  private readOthers(numbers: readonly string[], registry: RegistryMoment, directory: DirectoryMoment): OtherNumbers {
    const read = numbers.map((number) => chooseDialed(this.candidates(number), registry, directory));
    const indexes = read.filter((index) => index !== undefined);
    return indexes.length < numbers.length ? { indexes, unread: true } : { indexes };
  }

  /** The indexes of a number under all live epochs; none where it cannot be read. */
  private candidates(text: string): readonly BlindIndex[] {
    const parsed = parseNumber(text);
    return parsed.ok ? this.numbers.candidates(parsed.number) : [];
  }
}

function known<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}

function beside(others: OtherNumbers): { readonly others?: OtherNumbers } {
  return others.indexes.length === 0 && !others.unread ? {} : { others };
}
