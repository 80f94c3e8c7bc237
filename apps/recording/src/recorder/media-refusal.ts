import { PrivityError } from '@privity/kernel';
import type { MediaRefused } from '@privity/recording';

const WORDS: Record<MediaRefused['data']['reason'], string> = {
  'no-permit': 'media needs a recording permit',
  'permit-invalid': 'the recording permit is not one for this call',
  'permit-refused': 'this call may not be recorded now',
  'already-recorded': 'this call was recorded already',
  'routing-unreachable': 'the recording permit could not be confirmed',
};

/** Not a byte was kept, and the event that says so is durable. */
export class MediaRefusal extends PrivityError {
  constructor(readonly reason: MediaRefused['data']['reason']) {
    super(reason, reason === 'already-recorded' ? 409 : 403, WORDS[reason]);
  }
}

/** Another replica ended this recording: it had to think that this one was dead. Not a byte was kept here. */
export class ClaimLost extends PrivityError {
  constructor() {
    super('claim-lost', 503, 'this recording was ended elsewhere');
  }
}

/** The body ended before a byte of sound: there is nothing to record, and nothing happened. */
export class EmptyMedia extends PrivityError {
  constructor() {
    super('media-empty', 400, 'the body holds no sound');
  }
}
