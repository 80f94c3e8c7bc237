import type { Column, Table } from './tables.js';

/** What other vendors call our columns, in small letters without signs. Only whole names count. */
const NAMES: Readonly<Record<Table, Readonly<Record<string, readonly string[]>>>> = {
  call_records: {
    CALL_ID: ['callnumber', 'callno', 'cdrid', 'recordid', 'callrecordid', 'callreference'],
    START_LOCAL: [
      'start',
      'starttime',
      'startdate',
      'callstart',
      'startdatetime',
      'calldate',
      'calltime',
      'begin',
      'startedat',
    ],
    SITE: ['sitecode', 'siteid', 'facility', 'facilitycode', 'facilityid', 'location', 'institution'],
    DIALED: [
      'dialednumber',
      'dialled',
      'callednumber',
      'calledparty',
      'destination',
      'phonenumber',
      'phone',
      'bnumber',
    ],
    RECORDED: ['isrecorded', 'recordflag', 'recordingflag', 'rec', 'wasrecorded'],
  },
  bar_roll: {
    BAR_STATE: ['state', 'jurisdiction', 'licensestate'],
    BAR_NO: ['barnumber', 'barid', 'license', 'licensenumber', 'licenseno', 'membernumber'],
    LAST: ['lastname', 'surname', 'familyname'],
    FIRST: ['firstname', 'givenname'],
    STATUS: ['memberstatus', 'licensestatus', 'barstatus'],
    FIRM: ['firmname', 'office', 'employer', 'organization'],
    PHONE1: ['phone', 'officephone', 'workphone', 'telephone', 'phonenumber'],
    PHONE2: ['mobile', 'mobilephone', 'cell', 'cellphone'],
    PHONE3: ['otherphone', 'altphone'],
  },
  do_not_record: {
    PHONE: ['phonenumber', 'number', 'telephone'],
    DNR: ['donotrecord', 'norecord', 'dnrflag', 'norecording'],
    PRIV: ['privileged', 'privilegedflag', 'isprivileged', 'privflag', 'private'],
    SITE: ['sitecode', 'siteid', 'facility', 'facilitycode', 'facilityid', 'scope'],
    ADDED_DT: ['added', 'dateadded', 'addedon', 'created', 'createdon', 'effectivedate', 'effective'],
    ENDED_DT: ['ended', 'enddate', 'endedon', 'removed', 'removedon', 'expired', 'expires'],
    NOTE: ['notes', 'comment', 'comments', 'remark', 'remarks', 'reason'],
  },
  allowed_numbers: {
    PHONE: ['phonenumber', 'number', 'telephone', 'contactnumber'],
    RELATION: ['relationship', 'contacttype'],
  },
  facilities: {
    SITE: ['sitecode', 'siteid', 'facility', 'facilitycode', 'facilityid', 'code'],
    NAME: ['facilityname', 'sitename', 'description'],
    TIMEZONE: ['tz', 'zone', 'timezonename'],
  },
  access_log: {
    USER: ['username', 'userid', 'login', 'account'],
    AGENCY: ['organization', 'department', 'agencyname'],
    CALL_ID: ['callnumber', 'callno', 'cdrid', 'recordid', 'callrecordid', 'callreference'],
    ACTION: ['event', 'activity', 'operation', 'accesstype'],
  },
};

const UTC = /^(?:utc|gmt)|(?:utc|gmt)$/;
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The name in a header that says what our column holds; undefined: none, or more than one does. */
export function headerFor(table: Table, column: Column, header: readonly string[]): string | undefined {
  const known = [plain(column), ...(NAMES[table][column] ?? [])];
  const called = header.filter((name) => known.includes(plain(name)));
  // Of two, the one that says nothing of a clock is the facility's.
  const found = called.length > 0 ? called : header.filter((name) => known.includes(plain(name).replace(UTC, '')));
  const exact = found.find((name) => plain(name) === plain(column));
  return exact ?? (found.length === 1 ? found[0] : undefined);
}

/** Whether a name says that what it holds is in UTC. */
export function saysUtc(name: string): boolean {
  return UTC.test(plain(name));
}
