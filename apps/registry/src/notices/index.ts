import { CallChannel } from './call-channel.js';
import { MailChannel } from './mail-channel.js';
import { NoticeContent } from './notice-content.js';
import { NoticeSender } from './notice-sender.js';
import { NoticeSettings } from './notice-settings.js';
import { NoticeWorker } from './notice-worker.js';
import { OutboxFolder } from './outbox-folder.js';
import { Outbox } from './outbox.js';
import { RegistrationContacts } from './registration-contact.js';

/** The outbox of messages. */
export const NOTICE_PROVIDERS = [
  NoticeSettings,
  OutboxFolder,
  Outbox,
  RegistrationContacts,
  NoticeContent,
  MailChannel,
  CallChannel,
  NoticeSender,
  NoticeWorker,
];
