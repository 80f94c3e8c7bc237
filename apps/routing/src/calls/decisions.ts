import { Inject, Injectable } from '@nestjs/common';
import { BlindIndexer, InvalidInput, type KeyRing, parseNumber } from '@privity/kernel';
import {
  type CallDecided,
  type CallRequest,
  chooseCaller,
  chooseDialed,
  claimOf,
  decideCall,
  type DirectoryMoment,
  gatherFacts,
  type RegistryMoment,
} from '@privity/routing';
import { INDEX_KEYS } from '@privity/service';
import { Directory } from '../read-models/directory.js';
import { RegistryView } from '../read-models/registry-view.js';

/** A call as a client names it, nothing looked up yet. */
export interface AskedCall {
  readonly facility: string;
  readonly caller?: string;
  readonly dialed: string;
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
  isPrivate({ caller, dialed }: Pick<CallRequest, 'caller' | 'dialed'>): boolean {
    const registry = this.registry.moment();
    const { standing } = registry;
    if (caller !== undefined && standing(caller) !== undefined) return true;
    const directory = this.directory.view.now();
    if (dialed === undefined) return false;
    return (
      standing(dialed) !== undefined || directory.isLegal(dialed) || claimOf(dialed, registry, directory) !== undefined
    );
  }

  /** Blind indexes instead of numbers; a hotline is recognised first, and its caller is not even hashed (P11). */
  private identify(asked: AskedCall, registry: RegistryMoment, directory: DirectoryMoment): CallRequest {
    const { facility, caller, dialed, at } = asked;
    const parsed = parseNumber(dialed);
    const candidates = parsed.ok ? this.numbers.candidates(parsed.number) : [];
    const first = chooseDialed(candidates, registry, directory);
    if (first !== undefined && registry.standing(first) === 'hotline') return { facility, dialed: first, at };
    if (caller === undefined) throw new InvalidInput('caller', 'is missing');
    const callers = this.callers.candidates(caller.trim());
    const who = callers.find((index) => registry.standing(index) !== undefined) ?? chooseCaller(callers, directory);
    const number = chooseDialed(candidates, registry, directory, who);
    return {
      facility,
      ...(who === undefined ? {} : { caller: who }),
      ...(number === undefined ? {} : { dialed: number }),
      at,
    };
  }
}
