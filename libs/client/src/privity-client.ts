import { Attorneys } from './attorneys.js';
import { Audit } from './audit.js';
import { Blocks } from './blocks.js';
import { Calls, json } from './calls.js';
import { Cases } from './cases.js';
import { Certificates } from './certificates.js';
import { HttpConnection, type ConnectionOptions, type RequestOptions } from './http-connection.js';
import { Imports } from './imports.js';
import { Recordings } from './recordings.js';
import { Registrations } from './registrations.js';
import { Protections } from './registry.js';

/** `PUT /api/facilities/{id}/policy`, as routing validates it. */
export interface FacilityPolicy {
  readonly allowedList: 'required' | 'off';
  readonly presence: 'required' | 'noted';
  readonly recording: 'permitted' | 'off';
  readonly notices: readonly {
    readonly party: 'caller' | 'callee';
    readonly language: string;
    readonly acceptance: 'required' | 'none';
  }[];
  readonly maxSeconds: number;
  /** What becomes of a call when a required acceptance is not given; `unrecorded` where absent. */
  readonly declined?: 'unrecorded' | 'not-connected';
  /** When calls may be made, by the facility's own clock: `HH:MM` to `HH:MM`, the end excluded. Absent: always. */
  readonly hours?: readonly {
    readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
    readonly from: string;
    readonly to: string;
  }[];
}

/** What one state asks of a recording in a time. Days: YYYY-MM-DD, the last one included. */
export interface JurisdictionRule {
  readonly state: string;
  readonly consent: 'all-party' | 'one-party';
  readonly from: string;
  readonly until?: string;
  readonly source: string;
}

/** `/api/jurisdictions/rules`. Version 0: none were ever set. */
export interface JurisdictionRules {
  readonly version: number;
  readonly rules: readonly JurisdictionRule[];
}

/** What a policy would have changed over the last days' calls. */
export interface PolicyDryRun {
  readonly decisions: number;
  readonly changed: number;
  readonly byReason: Readonly<Record<string, { readonly added: number; readonly dropped: number }>>;
  /** `connect->deny` and the like. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** `after-notice->off` and the like. */
  readonly recording: Readonly<Record<string, number>>;
  /** Decision ids, at most 20, of no private call. */
  readonly samples: readonly string[];
  readonly from: string;
  /** False: there were too many, and only the newest were looked at. */
  readonly complete: boolean;
}

/** A typed client of the public port. One instance holds one pool: share it, and close it. */
export class PrivityClient {
  readonly calls: Calls;
  readonly blocks: Blocks;
  readonly imports: Imports;
  readonly certificates: Certificates;
  readonly protections: Protections;
  readonly cases: Cases;
  readonly attorneys: Attorneys;
  readonly registrations: Registrations;
  readonly recordings: Recordings;
  readonly audit: Audit;
  private readonly http: HttpConnection;

  constructor(options: ConnectionOptions) {
    this.http = new HttpConnection(options);
    this.calls = new Calls(this.http);
    this.blocks = new Blocks(this.http);
    this.imports = new Imports(this.http);
    this.certificates = new Certificates(this.http);
    this.protections = new Protections(this.http);
    this.cases = new Cases(this.http);
    this.attorneys = new Attorneys(this.http);
    this.registrations = new Registrations(this.http);
    this.recordings = new Recordings(this.http);
    this.audit = new Audit(this.http);
  }

  /** A new version of a facility's policy; with `from` (RFC 3339) from then on. */
  setPolicy(facility: string, policy: FacilityPolicy, from?: string): Promise<{ readonly version: number }> {
    const path = `/api/facilities/${encodeURIComponent(facility)}/policy`;
    return this.http.json('PUT', path, { ...json(policy), query: { from } });
  }

  /** All states' rules, in the place of those there were. */
  setJurisdictionRules(rules: readonly JurisdictionRule[]): Promise<JurisdictionRules> {
    return this.http.json('PUT', '/api/jurisdictions/rules', json({ rules }));
  }

  jurisdictionRules(): Promise<JurisdictionRules> {
    return this.http.json('GET', '/api/jurisdictions/rules');
  }

  /** Changes nothing. */
  tryPolicy(facility: string, policy: FacilityPolicy, days = 7): Promise<PolicyDryRun> {
    const path = `/api/facilities/${encodeURIComponent(facility)}/policy/dry-run`;
    return this.http.json('POST', path, { ...json(policy), query: { days } });
  }

  /** Per source and shard: head, applied, lag, halted; merged over all services. */
  streamStatus<T = Readonly<Record<string, unknown>>>(): Promise<T> {
    return this.http.json('GET', '/api/stream/status');
  }

  /** Events of one shard after a position, as stored. `wait` milliseconds: holds the answer until there are some. */
  feed<T = unknown>(
    context: string,
    shard: number,
    query: { readonly after: number; readonly limit?: number; readonly wait?: number },
  ): Promise<T> {
    return this.http.json('GET', `/feed/${context}/${shard}`, { query });
  }

  /** Any other route. @throws ProblemError */
  request<T>(method: 'GET' | 'POST' | 'PUT', path: string, options: RequestOptions = {}): Promise<T> {
    return this.http.json(method, path, options);
  }

  close(): Promise<void> {
    return this.http.close();
  }
}
