export { callTime, type CallTime } from './call-time.js';
export { type Cause, CAUSES, causeOf } from './cause.js';
export { by, compare, type Count } from './count.js';
export { DATE_FORMS, type DateForm, type Moment, momentReader } from './moment.js';
export { type CallPlace, isProtected, type Known, type Listing, type LocalDate } from './protection.js';
export {
  type Breach,
  type CdrReport,
  type Finding,
  inOrder,
  type Listening,
  reportOf,
  type Sections,
  type Totals,
  type Unread,
} from './report.js';
export { WORDS } from './words.js';
