import type { BlindIndex, DomainEvent, SealedValue } from '@privity/kernel';

export type BarStatus = 'active' | 'inactive' | 'resigned' | 'suspended' | 'disbarred' | 'unknown';

/** A bar roll names an attorney for the first time. Stream `attorney-<hash of state and bar number>`. */
export type AttorneyListed = DomainEvent<
  'registry.AttorneyListed',
  {
    readonly attorney: string;
    readonly barState: string;
    readonly status: BarStatus;
    /** Sealed JSON: `{barNumber, last, first, firm}`. */
    readonly person: SealedValue;
    /** Equal for equal persons, under the subject's own key: it says nothing once that is destroyed. Absent: of before it was written. */
    readonly personHash?: string;
    readonly numbers: readonly BlindIndex[];
  }
>;

/** A later roll differs. It adds protection at once and ends none: that takes a second person. */
export type AttorneyListingChanged = DomainEvent<
  'registry.AttorneyListingChanged',
  {
    readonly attorney: string;
    readonly status: { readonly from: BarStatus; readonly to: BarStatus };
    readonly numbersAdded: readonly BlindIndex[];
    /** As in `AttorneyListed`, where no roll wrote them so before: a surname that was married or corrected. Absent: one did. */
    readonly person?: SealedValue;
    readonly personHash?: string;
  }
>;
