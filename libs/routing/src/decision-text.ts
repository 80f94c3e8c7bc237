import type { CallDecided, DirectoryViewUsed } from './events.js';

const NAME = ',"directory":';

/**
 * Decisions in a row name the same directory, in the last part of their text, a third of it: that is parsed once, and
 * written once, for all of them.
 */
export class DecisionText {
  #read: { readonly ending: string; readonly directory: unknown } | undefined;
  #written: { readonly directory: DirectoryViewUsed; readonly ending: string } | undefined;

  /** What JSON.parse answers. @param json the data of any event */
  parse(json: string): unknown {
    const last = this.#read;
    // Slices are compared as memory is; endsWith goes sign by sign.
    if (last !== undefined && json.length > last.ending.length + 1 && json.slice(-last.ending.length) === last.ending) {
      const data = JSON.parse(`${json.slice(0, -last.ending.length)}}`) as object;
      return Object.assign(data, { directory: last.directory });
    }
    const data: unknown = JSON.parse(json);
    const start = json.lastIndexOf(NAME);
    if (start > 0 && isDecision(data) && json.slice(start + NAME.length, -1) === JSON.stringify(data.directory))
      this.#read = { ending: json.slice(start), directory: data.directory };
    return data;
  }

  /** What JSON.stringify answers of a decision as the decider makes it. */
  write(data: CallDecided['data']): string {
    const { directory } = data;
    if (this.#written?.directory !== directory)
      this.#written = { directory, ending: `${NAME}${JSON.stringify(directory)}}` };
    return JSON.stringify({ ...data, directory: undefined }).slice(0, -1) + this.#written.ending;
  }
}

function isDecision(data: unknown): data is { readonly directory: unknown } {
  return typeof data === 'object' && data !== null && 'directory' in data && Object.keys(data).at(-1) === 'directory';
}
