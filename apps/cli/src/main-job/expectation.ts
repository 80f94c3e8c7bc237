import { type RecordedCall, exportRows } from './export.js';

/** What must become of a call, told from the export's files alone. */
export type Fate = 'denied' | 'not-connected' | 'recorded' | 'unrecorded';

/**
 * The CSVs read by themselves, by none of the code that decides calls: not its number parser, not its lists. What the
 * services did is held against this. Rules: "What the main job must decide" in the export's description.
 */
export class Expectation {
  private readonly protected = new Set<string>();
  private readonly allowed = new Set<string>();

  static async read(folder: string): Promise<Expectation> {
    const expectation = new Expectation();
    await expectation.readBarRoll(folder);
    for await (const { values } of exportRows(folder, 'do_not_record.csv', ['PHONE'])) {
      expectation.protect(values.PHONE);
    }
    for await (const { values } of exportRows(folder, 'allowed_numbers.csv', [
      'DOC_NUM',
      'PHONE',
      'RELATION',
      'STATUS',
    ])) {
      if (/^\s*(attorney|legal)\s*$/i.test(values.RELATION)) expectation.protect(values.PHONE);
      const digits = tenDigits(values.PHONE);
      if (/^\s*approved\s*$/i.test(values.STATUS) && digits !== undefined) {
        expectation.allowed.add(`${values.DOC_NUM} ${digits}`);
      }
    }
    return expectation;
  }

  isProtected(dialed: string): boolean {
    const digits = tenDigits(dialed);
    return digits !== undefined && this.protected.has(digits);
  }

  fateOf(call: RecordedCall): Fate {
    const digits = tenDigits(call.dialed);
    if (digits === undefined) return 'denied';
    const isProtected = this.protected.has(digits);
    if (!isProtected && !this.allowed.has(`${call.caller} ${digits}`)) return 'denied';
    if (call.completion !== 'COMPLETE') return 'not-connected';
    return isProtected ? 'unrecorded' : 'recorded';
  }

  private async readBarRoll(folder: string): Promise<void> {
    const columns = ['STATUS', 'PHONE1', 'PHONE2', 'PHONE3'] as const;
    for await (const { values } of exportRows(folder, 'bar_roll.csv', columns)) {
      if (values.STATUS.trim().toLowerCase() !== 'active') continue;
      for (const phone of [values.PHONE1, values.PHONE2, values.PHONE3]) this.protect(phone);
    }
  }

  private protect(phone: string): void {
    const digits = tenDigits(phone);
    if (digits !== undefined) this.protected.add(digits);
  }
}

/** Ten digits of the North American plan, an extension and a leading 1 dropped; undefined when it is none. */
export function tenDigits(text: string): string | undefined {
  const digits = text
    .trim()
    .replace(/x\s*\d+$/, '')
    .replace(/\D/g, '');
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  return /^[2-9]\d{9}$/.test(national) ? national : undefined;
}
