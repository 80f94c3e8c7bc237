import { Injectable } from '@nestjs/common';
import { PrivityError, uuidv7 } from '@privity/kernel';
import { permitRefusal, type PermitRefusal, requestOf } from '@privity/routing';
import { loadPublicKey, loadSigningKey, ServiceConfig } from '@privity/service';
import { compactVerify, CompactSign } from 'jose';
import { type BookedCall, CallBook, decisionId } from './call-book.js';
import { Decisions } from './decisions.js';

/** The call may not be recorded, or no longer. 403; the code says why without saying who is protected. */
export class PermitDenied extends PrivityError {
  constructor(code: PermitRefusal | 'permit-invalid') {
    super(code, 403, 'There is no permit to record this call.');
  }
}

interface Claims {
  readonly call: string;
  readonly callId: string;
  readonly decision: string;
}

/**
 * Permits to record: compact JWS (EdDSA) that name call, decision and parties. The recorder lets one live for two seconds
 * on its own monotonic clock. Issuing and renewing decide again against the views of that moment, so that a protection
 * which arrives during a call ends its recording within a second; renewing is no event, ending is.
 */
@Injectable()
export class Permits {
  private readonly signingKey: ReturnType<typeof loadSigningKey>;
  private readonly publicKey: ReturnType<typeof loadPublicKey>;

  constructor(
    private readonly book: CallBook,
    private readonly decisions: Decisions,
    config: ServiceConfig,
  ) {
    this.signingKey = loadSigningKey(config.keysDir, 'routing', process.env);
    this.publicKey = loadPublicKey(config.trustDir, 'routing');
  }

  /** A permit when the call's durable events give it one and the views of this moment still agree. @throws PermitDenied */
  async issue(call: BookedCall, callId: string, actor: string): Promise<string> {
    const { decision } = call.state;
    const refusal = permitRefusal(call.state);
    if (decision === undefined || refusal === 'not-permitted') throw new PermitDenied('not-permitted');
    // A party who accepted and then declined ends what has begun.
    if (refusal === 'notice-declined') await this.book.change(call, { type: 'RevokePermit', reasons: [] }, actor);
    if (refusal !== undefined) throw new PermitDenied(refusal);
    const { facility, caller, dialed } = decision;
    if (caller === undefined || dialed === undefined) throw new PermitDenied('not-permitted');
    if ((await this.review(call, actor)).state.revoked) throw new PermitDenied('permit-revoked');
    const claims = {
      jti: uuidv7(),
      call: call.stream,
      callId,
      decision: decisionId(call),
      facility,
      caller,
      dialed,
      iat: Math.floor(Date.now() / 1000),
    };
    return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'permit+jwt' })
      .sign(this.signingKey);
  }

  /** Decides again, by the views of this moment and with whoever joined since; what no longer permits ends the recording. */
  async review(call: BookedCall, actor: string): Promise<BookedCall> {
    if (permitRefusal(call.state) !== undefined) return call;
    const again = this.decisions.again(requestOf(call.state)).data;
    // Rules or policy may now ask for a consent that this call was not asked for (P1).
    const isAsked = permitRefusal({ ...call.state, decision: again }) === undefined;
    if (again.recording === 'after-notice' && isAsked) return call;
    const reasons = again.recording === 'after-notice' ? (['consent-not-asked'] as const) : again.reasons;
    return this.book.change(call, { type: 'RevokePermit', reasons }, actor);
  }

  /** A new permit for the call that an old one names, however old. @throws PermitDenied */
  async renew(permit: string, actor: string): Promise<string> {
    const claims = await this.read(permit);
    const call = await this.book.read(claims.call);
    if (call === undefined || decisionId(call) !== claims.decision) throw new PermitDenied('permit-invalid');
    return this.issue(call, claims.callId, actor);
  }

  private async read(permit: string): Promise<Claims> {
    const verified = await compactVerify(permit, this.publicKey, { algorithms: ['EdDSA'] }).catch(() => undefined);
    if (verified?.protectedHeader.typ !== 'permit+jwt') throw new PermitDenied('permit-invalid');
    return JSON.parse(new TextDecoder().decode(verified.payload)) as Claims;
  }
}
