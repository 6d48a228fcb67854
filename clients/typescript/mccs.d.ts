// Types of the MCCS REST API, made from its OpenAPI document by `make docs`. Do not edit.
// An operation's `body`, `query` and `data` are what it takes and what its answer has under `data`.

export interface AccountAfter {
  accountNumber: string;
  /** signed */
  amount: number;
  balance: number;
  balanceAfter: number;
  canPayAfter: number;
  canReceiveAfter: number;
  levelAfter: "ok" | "warning" | "outside";
}

export interface AccountDecision {
  position: number;
  createdAt: string;
  type: "opened" | "limits" | "standing" | "consent";
  reason: string;
  maxPositiveBalance?: number;
  maxNegativeBalance?: number;
  previousMaxPositiveBalance?: number;
  previousMaxNegativeBalance?: number;
  standing?: "trading" | "frozen" | "closed";
  previousStanding?: "trading" | "frozen" | "closed";
  /** closes by itself as soon as its balance is zero */
  closing?: boolean;
  /** of standing consent */
  rules?: Array<ConsentRule>;
}

export interface AccountHistory {
  changes: Array<AccountDecision>;
  /** `before` of the next page */
  next: number | null;
}

export interface AccountThen {
  accountNumber: string;
  position: number;
  /** when the position was written */
  at: string | null;
  balance: number;
  maxNegativeBalance: number;
  maxPositiveBalance: number;
  standing: string;
}

export interface Acting {
  entityId: string | null;
  reason: string | null;
}

export interface ActingUntil {
  entityId?: string;
  until?: string;
}

export interface ActivityEntry {
  position: number;
  createdAt: string;
  action: string;
  subject: string;
  /** amounts in the smallest unit */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  reason: string;
  erased: boolean;
  by: By;
  onBehalfOf?: By | null;
}

export interface AdminEntity {
  /** for administrators, once the account is open; coordinators see no money */
  balance?: number;
  /** for administrators, once the account is open; coordinators see no money */
  maxPositiveBalance?: number;
  /** for administrators, once the account is open; coordinators see no money */
  maxNegativeBalance?: number;
  /** for administrators, once the account is open; coordinators see no money */
  canPay?: number;
  /** for administrators, once the account is open; coordinators see no money */
  canReceive?: number;
  /** only `trading` accounts make transfers */
  standing?: "trading" | "frozen" | "closed";
  /** `warning`: near a limit; `outside`: beyond one */
  level?: "ok" | "warning" | "outside";
  /** closes by itself as soon as its balance is zero */
  closing?: boolean;
  /** only transfers that bring the balance back will pass */
  outsideLimits?: boolean;
  id: string;
  accountNumber: string;
  name: string;
  email?: string;
  telephone: string;
  incType: string;
  companyNumber: string;
  website: string;
  declaredTurnover: number | null;
  description: string;
  address: string;
  city: string;
  region: string;
  postalCode: string;
  country: string;
  status: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  offers: Array<string>;
  wants: Array<string>;
  categories: Array<string>;
  createdAt: string;
  memberStartedAt?: string | null;
  place?: Coordinates | null;
  /** the path of its picture; empty: none */
  picture?: string;
  /** takes messages from other members */
  contactable?: boolean;
  why?: Array<Why>;
  /** with querying_entity_id */
  isFavorite?: boolean;
  /** from `near`, with one decimal */
  distanceKm?: string;
  /** what one is of it oneself */
  role?: "owner" | "operator";
  /** one looks only */
  viewOnly?: boolean;
  /** the most that one may move at once; null: no bound */
  maxAmount?: number | null;
  /** oldest first, the last fifty */
  decisions?: Array<Decision>;
  visibility?: Visibility;
  showTagsMatchedSinceLastLogin?: boolean;
  receiveDailyMatchNotificationEmail?: boolean;
  receiveContactEmail?: boolean;
  /** oldest first; of one */
  pendingTransfers?: Array<AdminTransfer>;
  users: Array<User>;
}

export interface AdminEntityChanges {
  incType?: string | null;
  companyNumber?: string | null;
  website?: string | null;
  /** per year */
  declaredTurnover?: number | null;
  description?: string | null;
  address?: string | null;
  city?: string | null;
  region?: string | null;
  postalCode?: string | null;
  country?: string | null;
  offers?: Array<string | null>;
  wants?: Array<string | null>;
  showTagsMatchedSinceLastLogin?: boolean;
  receiveDailyMatchNotificationEmail?: boolean;
  /** the town's when null or left out */
  place?: Coordinates | null;
  visibility?: Visibility;
  receiveContactEmail?: boolean;
  name?: string | null;
  email?: string | null;
  telephone?: string | null;
  status?: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  /** why, for the member's notice and the record */
  reason?: string | null;
  /** what you saw it to be: 409 `status.decided_already` if it is another one by now */
  expectedStatus?: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  categories?: Array<string | null>;
  /** ids: takes the place of the people there are; who is new becomes an owner */
  users?: Array<string>;
  maxPositiveBalance?: number | string;
  maxNegativeBalance?: number | string;
}

export interface AdminTransfer {
  id: string;
  fromAccountNumber: string;
  fromEntityName: string | null;
  toAccountNumber: string;
  toEntityName: string | null;
  amount: number;
  description: string;
  reference: string | null;
  /** `adminTransfer` and `reversal` complete at once and need no acceptance */
  type: "transfer" | "adminTransfer" | "reversal";
  status: "initiated" | "completed" | "cancelled";
  /** empty: an administrator made it */
  initiatorAccountNumber: string;
  byConsent: boolean;
  /** fees included */
  legs: Array<TransferLeg>;
  /** id of the transfer that this one reverses */
  reverses?: string;
  /** id of the transfer that reversed this one */
  reversedBy?: string;
  /** cancelled, rejected, expired, system */
  cancellationKind?: string;
  cancellationReason?: string;
  dateProposed: string;
  dateCompleted?: string;
  dateCancelled?: string;
  dateExpires?: string;
}

export interface AdminTransferPreview {
  legs: Array<TransferLeg>;
  accounts: Array<AccountAfter>;
}

export interface AdminTransferStep {
  action: "cancel";
  /** both parties are told it */
  cancellationReason: string | null;
}

export interface AdminUser {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  telephone: string;
  createdAt?: string;
  lastLoginIP?: string;
  lastLoginDate?: string;
  kind?: string;
  suspended?: boolean;
  expiresAt?: string | null;
  entities: Array<UsersEntity>;
}

export interface AdminUserChanges {
  firstName?: string | null;
  lastName?: string | null;
  telephone?: string | null;
  /** both addresses are told; sessions and links end */
  email?: string | null;
  /** of a member: sessions end, and they are told */
  password?: string;
  /** ids: takes the place of the businesses there are; who is new becomes an owner */
  entities?: Array<string>;
}

export interface AlikeTags {
  keep: CountedTerm;
  merge: CountedTerm;
  why: string;
}

export interface ApiToken {
  id?: string;
  name?: string;
  scopes?: Array<"read" | "directory" | "transfer:initiate" | "transfer:accept" | "admin" | "admin:members" | "admin:catalogue" | "admin:ledger" | "admin:mail" | "admin:audit">;
  createdAt?: string;
  expiresAt?: string;
  /** within a minute */
  lastUsedAt?: string | null;
  /** the most it may move out in a day (UTC), or null */
  dayLimit?: number | null;
}

export interface AuditRows {
  /** columns as in the CSV, camelCase; amounts with two decimals */
  rows: Array<Record<string, unknown>>;
  /** `after` of the next page */
  next: string | null;
  /** what holds for the whole view, camelCase */
  facts: Record<string, unknown>;
}

export interface Balance {
  balance: number;
  maxPositiveBalance: number;
  maxNegativeBalance: number;
  /** the most that can be paid now */
  canPay: number;
  /** the most that can be received now */
  canReceive: number;
  /** only `trading` accounts make transfers */
  standing?: "trading" | "frozen" | "closed";
  /** `warning`: near a limit; `outside`: beyond one */
  level?: "ok" | "warning" | "outside";
  /** closes by itself as soon as its balance is zero */
  closing?: boolean;
  /** only transfers that bring the balance back will pass */
  outsideLimits?: boolean;
  unit: string;
}

export interface BalanceThen {
  /** of the last event before */
  position: number;
  /** time of that event */
  at: string;
  balance: number;
  maxPositiveBalance: number;
  maxNegativeBalance: number;
  standing: "trading" | "frozen" | "closed";
}

export interface BatchChange {
  action: "accept" | "reject" | "cancel";
  cancellationReason?: string | null;
  id: string;
}

export interface BatchCommand {
  initiate?: NewTransfer;
  change?: BatchChange;
  reverse?: BatchReversal;
}

export interface BatchResult {
  ok: boolean;
  /** when it was done */
  transfer?: Transfer;
  /** when it was refused: as it would be alone */
  errors?: Array<Error>;
}

export interface BatchResults {
  results: Array<BatchResult>;
}

export interface BatchReversal {
  /** those who took part are told it */
  reason: string | null;
  id: string;
}

export interface BookHead {
  position: number;
  time: string | null;
  accounts: number;
  /** zero, or something is very wrong */
  sumOfBalances: number;
}

export interface By {
  kind: "you" | "colleague" | "member" | "administrator" | "system";
  name: string;
}

export interface CategoryLetters {
  letters: Record<string, unknown>;
}

export interface CellError {
  field?: string;
  what?: string;
  next?: string;
}

export interface Clearing {
  below: Array<Strained>;
  above: Array<Strained>;
  pairs: Array<ClearingSuggestion>;
  chains: Array<ClearingSuggestion>;
}

export interface ClearingSuggestion {
  giver: Strained;
  receiver: Strained;
  over: Trader | null;
  gives: Array<Give>;
  amount: number;
}

export interface Closed {
  id: string;
  accountNumber: string;
  closedAt: string;
}

export interface Closing {
  reason?: string | null;
}

export interface Code {
  code: string;
}

export interface Consent {
  document: "terms" | "membership-agreement";
  version: string | null;
  at?: string;
  entityID?: string;
}

export interface ConsentRule {
  /** the other side's, or `any` */
  accountNumber: string;
  /** `pay`: they pay us; `request`: they ask us for payment */
  direction: "pay" | "request";
  /** null: any amount */
  maxAmount?: number | string | null;
}

export interface Consistency {
  book: string;
  first: number;
  second: number;
  firstRoot: string;
  secondRoot: string;
  /** hashes, from the leaf up */
  path: Array<string>;
}

export interface Coordinates {
  latitude: string;
  longitude: string;
  /** given or town; for its own people */
  source?: string;
}

export interface Counted {
  value: string;
  count: number;
}

export interface CountedTerm {
  id: string;
  name: string;
  label: string;
  letter: string;
  createdAt: string;
  /** of a tag: listed businesses that offer it */
  offers: number;
  wants: number;
  /** of a category */
  businesses: number;
  /** all businesses that have it; of one */
  holders?: number;
}

export interface CreatedApiToken {
  id?: string;
  name?: string;
  scopes?: Array<"read" | "directory" | "transfer:initiate" | "transfer:accept" | "admin" | "admin:members" | "admin:catalogue" | "admin:ledger" | "admin:mail" | "admin:audit">;
  createdAt?: string;
  expiresAt?: string;
  /** within a minute */
  lastUsedAt?: string | null;
  /** the most it may move out in a day (UTC), or null */
  dayLimit?: number | null;
  /** shown once; null when this is a repeat under the same key */
  token?: string | null;
}

export interface CreatedServiceAccountToken {
  id?: string;
  name?: string;
  createdAt?: string;
  /** null: it lives until it is revoked */
  expiresAt?: string | null;
  /** within a minute */
  lastUsedAt?: string | null;
  /** shown once; null when this is a repeat under the same key */
  token?: string | null;
}

export interface Credentials {
  email: string | null;
  password: string;
}

export interface Decision {
  previousStatus: string;
  status: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  createdAt: string;
  reason: string;
}

export interface Delivery {
  id?: string;
  eventId?: string;
  type?: string;
  source?: string;
  position?: number;
  state?: "queued" | "sending" | "failed" | "delivered" | "dead" | "forgotten";
  tries?: number;
  createdAt?: string;
  dueAt?: string | null;
  endedAt?: string | null;
  status?: number | null;
  error?: string;
  /** what the receiver answered: foreign text, 4 KB at most */
  excerpt?: string;
  milliseconds?: number | null;
  /** whether it can be sent again */
  again?: boolean;
  history?: Array<Try>;
}

export interface Email {
  email: string | null;
}

export interface EmailChange {
  newEmail?: string;
  askedAt?: string;
  expiresAt?: string;
  waitsFor?: Array<"old" | "new">;
}

export interface EmailConfirmed {
  state?: "waiting" | "changed";
  waitsFor?: Array<"old" | "new">;
}

export interface EmailLink {
  /** the address that it was mailed to */
  side: "old" | "new";
  newEmail: string;
}

export interface Ended {
  ended?: number;
}

export interface Entity {
  id: string;
  accountNumber: string;
  name: string;
  email?: string;
  telephone: string;
  incType: string;
  companyNumber: string;
  website: string;
  declaredTurnover: number | null;
  description: string;
  address: string;
  city: string;
  region: string;
  postalCode: string;
  country: string;
  status: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  offers: Array<string>;
  wants: Array<string>;
  categories: Array<string>;
  createdAt: string;
  memberStartedAt?: string | null;
  place?: Coordinates | null;
  /** the path of its picture; empty: none */
  picture?: string;
  /** takes messages from other members */
  contactable?: boolean;
  why?: Array<Why>;
  /** with querying_entity_id */
  isFavorite?: boolean;
  /** from `near`, with one decimal */
  distanceKm?: string;
}

export interface Error {
  /** a sentence for people */
  message: string;
  /** stable, dotted */
  code: string;
  field?: string;
  /** the most that your own account could do now */
  maxPossible?: number;
  /** which part of the system is down */
  part?: string;
  /** which rate limit was reached: address, account, token, pictures */
  limit?: string;
  /** what the API token may still move out in this day */
  left?: number;
  /** when the next day begins */
  resetsAt?: string;
  /** of the event feed: the oldest cursor that can be read on from */
  oldest?: string;
}

export interface Errors {
  errors: Array<Error>;
  correlationId: string;
}

export interface Event {
  specversion?: string;
  id?: string;
  source?: string;
  type?: string;
  time?: string;
  subject?: string;
  /** position in its topic, 20 digits */
  sequence?: string;
  partitionkey?: string;
  correlationid?: string;
  causationid?: string;
  actor?: string;
  onbehalfof?: string;
  data?: Record<string, unknown>;
}

export interface Facets {
  total: number;
  categories: Array<Counted>;
  city: Array<Counted>;
  region: Array<Counted>;
  country: Array<Counted>;
}

export interface Favourite {
  favoriteEntityID: string;
  isFavorite: boolean;
}

export interface FeeInForce {
  /** that gets it */
  accountNumber: string;
  /** who bears it */
  side: "payer" | "payee";
  /** of each transfer */
  fixed: number;
  /** hundredths of a percent of its amount */
  basisPoints: number;
}

export interface FeeRule {
  accountNumber: string;
  side: "payer" | "payee";
  /** left out: nothing */
  fixed?: number | string;
  /** of the amount, in hundredths of a per cent */
  basisPoints?: number;
}

export interface Feedback {
  id: string;
  entityID: string;
  name: string;
  mine: string;
  theirs: string;
  side: "leads" | "suppliers";
  createdAt: string;
}

export interface Fees {
  rules: Array<FeeRule>;
}

export interface GaugeRead {
  status: "ok" | "warning";
  percent: number;
}

export interface Give {
  giverID: string;
  receiverID: string;
  offer: string;
  want: string;
}

export interface Head {
  book: string;
  /** of the book's heads, from 1 */
  number: number;
  /** events that it covers */
  size: number;
  /** of the Merkle tree (RFC 9162) over their hashes */
  root: string;
  /** chain hash of the last event */
  hash: string;
  /** of all balances: zero */
  sum: number;
  accounts: number;
  time: string;
  /** which key signed (RFC 7638) */
  kid: string;
  /** compact, EdDSA */
  jws: string;
}

export interface HeadKey {
  kty: string;
  crv: string;
  x: string;
  kid: string;
  use?: string;
  alg?: string;
  addedAt?: string;
}

export interface HeadKeys {
  keys: Array<HeadKey>;
}

export interface Heads {
  heads: Array<Head>;
  /** `before` of the next page */
  next: number | null;
}

export interface Health {
  status: "ok" | "degraded";
  parts: PartStates;
}

export interface Import {
  id?: string;
  name?: string;
  state?: "checked" | "running" | "done" | "refused" | "stopped";
  mode?: "file" | "row" | null;
  invite?: boolean;
  rows?: number;
  /** rows with errors: left out, or all of them when it is refused */
  bad?: number;
  imported?: number;
  createdAt?: string;
  finishedAt?: string | null;
}

export interface ImportErrors {
  rows?: Array<RowErrors>;
  /** `after` of the next page */
  next?: number | null;
}

export interface ImportStart {
  mode: "file" | "row";
  invite?: boolean;
}

export interface Inclusion {
  book: string;
  position: number;
  size: number;
  /** chain hash of the event */
  leaf: string;
  /** hashes, from the leaf up */
  path: Array<string>;
  root: string;
  /** of exactly that size */
  head: Head | null;
}

export interface Insight {
  members: number;
  /** wants nobody else offers */
  unmet: Array<Lacking>;
  /** offers nobody else wants */
  unused: Array<Lacking>;
  /** the newest twelve */
  months: Array<WantedInMonth>;
}

export interface Invitation {
  role: "owner" | "operator";
  /** looks, and moves nothing */
  viewOnly?: boolean;
  /** the most of one transfer; for operators alone */
  maxAmount?: number | null;
  email: string | null;
  id?: string;
  createdAt?: string;
  expiresAt?: string;
}

export interface InvitedPerson {
  firstName: string | null;
  lastName: string | null;
  password: string;
}

export interface Lacking {
  tag: string;
  members: number;
  newestAt: string;
  /** `town` and `members` */
  towns: Array<Record<string, unknown>>;
}

export interface Language {
  code: string;
  called: string;
}

export interface LedgerAccount {
  balance?: number;
  maxPositiveBalance?: number;
  maxNegativeBalance?: number;
  /** the most that can be paid now */
  canPay?: number;
  /** the most that can be received now */
  canReceive?: number;
  /** only `trading` accounts make transfers */
  standing?: "trading" | "frozen" | "closed";
  /** `warning`: near a limit; `outside`: beyond one */
  level?: "ok" | "warning" | "outside";
  /** closes by itself as soon as its balance is zero */
  closing?: boolean;
  /** only transfers that bring the balance back will pass */
  outsideLimits?: boolean;
  accountNumber: string;
  entityID: string;
  entityName: string | null;
}

export interface LedgerChange {
  position: number;
  createdAt: string;
  /** opened, limits, standing … */
  type: string;
  /** admin:<id>, user:<id>, system:<what> */
  actor: string;
  /** as it is since then, and the reason */
  data: Record<string, unknown>;
}

export interface LedgerChanges {
  changes: Array<LedgerChange>;
  /** `before` of the next page */
  next: number | null;
}

export interface LegalText {
  name: "terms" | "privacy" | "imprint";
  text: string;
}

export interface LimitSimulation {
  maxNegativeBalance?: number | string;
  maxPositiveBalance?: number | string;
  /** left out: all */
  accounts?: Array<string>;
}

export interface LimitsSimulated {
  outside: Array<Outside>;
  /** of all that would be */
  count: number;
  /** of all that were looked at */
  total: number;
}

export interface LivingSession {
  id?: string;
  device?: string;
  address?: string;
  openedAt?: string;
  usedAt?: string;
  current?: boolean;
}

export interface LogEntry {
  /** of who did it; may be empty */
  userID: string;
  /** of who did it; may be empty */
  email: string;
  action: string;
  /** before and after, in one line */
  detail: string;
  category: "user" | "admin" | "system";
  createdAt: string;
  position: number;
  subject: string;
  concerns: Array<string>;
  onBehalfOf: string | null;
  /** amounts in the smallest unit */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  reason: string;
  erased: boolean;
  correlationId: string;
  hash: string;
}

export interface LogHead {
  number: number;
  position: number;
  hash: string;
  time: string;
  kid: string;
  jws: string;
}

export interface LogHeads {
  iss: string;
  /** JWKs (RFC 7517) */
  keys: Array<Record<string, unknown>>;
  heads: Array<LogHead>;
}

export interface LogState {
  /** position and hash of the last entry */
  head: Record<string, unknown>;
  /** what the last check came to */
  checked: Record<string, unknown> | null;
  /** the newest signed head: number, position, time, kid */
  signed: Record<string, unknown> | null;
}

export interface LoggedIn {
  token: string;
  /** seconds; renew at /token/renew */
  expiresIn: number;
  lastLoginIP?: string;
  lastLoginDate?: string;
}

export interface LoginCode {
  code: string;
  ticket: string;
}

export interface Loop {
  id: string;
  /** null when it is not open */
  score: number | null;
  /** closes at the moment */
  open: boolean;
  members: Array<LoopMember>;
  gives: Array<LoopStep>;
  /** kilometres between the two that are farthest apart */
  farthestKm?: string | null;
  /** since when all want it */
  agreedAt: string | null;
}

export interface LoopMember {
  entityID: string;
  accountNumber: string;
  name: string;
  city: string;
  /** null: has not said so */
  interestedAt: string | null;
}

export interface LoopStep {
  giverID: string;
  receiverID: string;
  offer: string;
  want: string;
}

export interface MadeBusiness {
  id?: string;
  accountNumber?: string;
}

export interface MadeWebhook {
  id?: string;
  entityId?: string | null;
  url?: string;
  types?: Array<string>;
  description?: string;
  state?: "active" | "paused";
  reason?: "" | "asked" | "failures" | "no_success" | "gone";
  /** in a row */
  failures?: number;
  failingSince?: string | null;
  /** nothing is tried before */
  heldUntil?: string | null;
  pausedAt?: string | null;
  /** while it is paused: the last ones that it had; a replay begins after them */
  positions?: Record<string, unknown>;
  createdAt?: string;
  secrets?: Array<WebhookSecret>;
  /** shown once */
  secret?: string;
}

export interface Mail {
  id: string;
  kind: string;
  entityID: string | null;
  state: "queued" | "sending" | "sent" | "failed" | "dead" | "expired" | "discarded";
  tries: number;
  /** why the last try failed, as `refused: 550` */
  error: string;
  createdAt: string;
  sentAt: string | null;
  /** when it was given up */
  diedAt: string | null;
  /** when it is tried again */
  dueAt: string | null;
  mayRetry: boolean;
  mayDiscard: boolean;
  /** what it said is deleted */
  spent: boolean;
}

export interface MailCounts {
  queued: number;
  sending: number;
  sent: number;
  failed: number;
  dead: number;
  expired: number;
  discarded: number;
}

export interface MailKind {
  kind: string;
  group: string;
  channels: Array<string>;
  /** to whom, in words */
  to: string;
}

export interface MailKinds {
  kinds: Array<MailKind>;
  languages: Array<string>;
}

export interface MailPreview {
  subject: string;
  text: string;
  html: string;
  /** empty where there is none */
  notice: string;
}

export interface Match {
  entityID: string;
  accountNumber: string;
  name: string;
  city: string;
  /** takes credits */
  trading: boolean;
  /** a tag of one's own, or a category */
  mine: string;
  theirs: string;
  how: "exact" | "prefix" | "contains" | "stem" | "synonym" | "fuzzy" | "related" | "category";
  /** 0 to 100: how well it fits */
  score: number;
  /** kilometres between the two */
  distanceKm?: string | null;
  /** how often the two traded, either way */
  trades: number;
  addedAt: string | null;
  /** of `related` */
  together?: Together | null;
}

export interface Matches {
  leads: Array<Match>;
  suppliers: Array<Match>;
  couldTradeUpTo: Room;
  /** tags added after it; null: all */
  since: string | null;
}

export interface Member {
  role: "owner" | "operator";
  /** looks, and moves nothing */
  viewOnly?: boolean;
  /** the most of one transfer; for operators alone */
  maxAmount?: number | null;
  userId?: string;
  email?: string;
  firstName?: string;
  lastName?: string;
  /** empty for those who were there before it was kept */
  since?: string;
}

export interface NetworkSettings {
  /** of the network; empty: it has none of its own */
  name: string;
  /** what amounts are in, as people say it; empty: credits */
  unitName: string;
  /** for visitors */
  welcome: string;
  /** those that there are; each is a page: `publicUrl` and `/legal/terms` */
  legalTexts: Array<"terms" | "privacy" | "imprint">;
  /** code of the unit that balances are kept in */
  unit: string;
  /** where people reach it */
  publicUrl: string;
  /** that members agree to; empty: none */
  termsVersion: string;
  /** where the terms are; empty: nowhere */
  termsUrl: string;
  /** for the pages' forms; empty: visitors are not asked */
  recaptchaSiteKey: string;
}

export interface NetworkTextChanges {
  /** of the network */
  name?: string | null;
  /** what amounts are in, as people say it: credits */
  unitName?: string | null;
  /** for visitors, on the first page: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  welcome?: string | null;
  /** what members agree to: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  terms?: string | null;
  /** what is kept of people, and why: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  privacy?: string | null;
  /** who runs the network: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  imprint?: string | null;
}

export interface NetworkTexts {
  /** of the network */
  name?: string | null;
  /** what amounts are in, as people say it: credits */
  unitName?: string | null;
  /** for visitors, on the first page: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  welcome?: string | null;
  /** what members agree to: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  terms?: string | null;
  /** what is kept of people, and why: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  privacy?: string | null;
  /** who runs the network: paragraphs with blank lines between, `# ` headings, `- ` lists, `**bold**`; no HTML */
  imprint?: string | null;
  changedAt: string | null;
}

export interface NewAdminTransfer {
  payer?: string;
  payee?: string;
  amount?: number | string;
  /** instead of the three, for more than two accounts at once */
  legs?: Array<NewLeg>;
  description?: string | null;
  /** the word of another system for it */
  reference?: string | null;
  /** frozen accounts may take part: to bring a closing one to zero */
  settle?: boolean;
}

export interface NewApiToken {
  name: string | null;
  scopes: Array<"read" | "directory" | "transfer:initiate" | "transfer:accept" | "admin" | "admin:members" | "admin:catalogue" | "admin:ledger" | "admin:mail" | "admin:audit">;
  days?: number;
  /** the most it may move out in a day (UTC), fees apart; for tokens that may pay */
  dayLimit?: number | string;
}

export interface NewBusiness {
  name: string | null;
}

export interface NewEmail {
  email: string | null;
}

export interface NewFavourite {
  addToEntityID: string;
  favoriteEntityID: string;
  favorite?: boolean;
  isFavorite?: boolean;
}

export interface NewFeedback {
  entityID: string;
  mine: string | null;
  theirs: string | null;
  side: "leads" | "suppliers";
}

export interface NewFees {
  rules: Array<FeeRule>;
  reason: string | null;
}

export interface NewImport {
  csv: string;
  name?: string | null;
}

export interface NewInvitation {
  role: "owner" | "operator";
  /** looks, and moves nothing */
  viewOnly?: boolean;
  /** the most of one transfer; for operators alone */
  maxAmount?: number | string | null;
  email: string | null;
}

export interface NewLeg {
  accountNumber: string;
  /** more than zero: gets; less: gives */
  amount: number | string;
}

export interface NewMessage {
  senderEntityID: string;
  receiverEntityID: string;
  body: string | null;
  copyToSender?: boolean;
}

export interface NewPassword {
  password: string;
}

export interface NewReplay {
  source: "ledger" | "directory";
  position: number;
}

export interface NewSearch {
  /** 2 to 60 characters */
  text: string | null;
  /** in which of the others' lists */
  side: "offers" | "wants";
  maxKm?: number | null;
  category?: string | null;
}

export interface NewServiceAccount {
  name: string | null;
  purpose: string | null;
  scopes: Array<"read" | "admin" | "admin:members" | "admin:catalogue" | "admin:ledger" | "admin:mail" | "admin:audit">;
}

export interface NewServiceAccountToken {
  name: string | null;
  /** null: until it is revoked */
  days?: number | null;
}

export interface NewStaff {
  email: string | null;
  kind: "admin" | "coordinator" | "auditor";
  firstName?: string | null;
  lastName?: string | null;
  /** the last day, UTC */
  until?: string | null;
}

export interface NewTransfer {
  transfer: "in" | "out";
  initiator: string;
  receiver: string;
  amount: number | string;
  description?: string | null;
  /** the word of another system for it, one line */
  reference?: string | null;
  /** when it ends unanswered, at most 366 days away; the network's own term if left out */
  dateExpires?: string | null;
}

export interface NewWebhook {
  entityId?: string | null;
  url: string | null;
  types: Array<string>;
  description?: string | null;
}

export interface Note {
  text: string;
  /** id of a user */
  editedBy: string | null;
  editedAt: string | null;
}

export interface NoteText {
  text: string | null;
}

export interface Notice {
  id: string;
  kind: string;
  /** in the language that the business chose */
  text: string;
  /** where it leads on the pages; may be empty */
  path: string;
  /** null: to the person */
  entityID: string | null;
  createdAt: string;
  /** by who asks: each person has their own */
  read: boolean;
}

export interface Offered {
  role: "owner" | "operator";
  /** looks, and moves nothing */
  viewOnly?: boolean;
  /** the most of one transfer; for operators alone */
  maxAmount?: number | null;
  entityName?: string;
  email?: string;
  hasLogin?: boolean;
  expiresAt?: string;
}

export interface Outside {
  accountNumber: string;
  entityID: string;
  balance: number;
  /** how far */
  by: number;
}

export interface Overview {
  /** wait for the directory */
  joining: number | null;
  /** wait for trading membership */
  applying: number | null;
  trading: number | null;
  mail: MailCounts | null;
  ledger: BookHead | null;
}

export interface OwnActivity {
  entries: Array<ActivityEntry>;
  /** `before` of the next page */
  next: number | null;
}

export interface OwnEntity {
  balance?: number;
  maxPositiveBalance?: number;
  maxNegativeBalance?: number;
  /** the most that can be paid now */
  canPay?: number;
  /** the most that can be received now */
  canReceive?: number;
  /** only `trading` accounts make transfers */
  standing?: "trading" | "frozen" | "closed";
  /** `warning`: near a limit; `outside`: beyond one */
  level?: "ok" | "warning" | "outside";
  /** closes by itself as soon as its balance is zero */
  closing?: boolean;
  /** only transfers that bring the balance back will pass */
  outsideLimits?: boolean;
  id: string;
  accountNumber: string;
  name: string;
  email?: string;
  telephone: string;
  incType: string;
  companyNumber: string;
  website: string;
  declaredTurnover: number | null;
  description: string;
  address: string;
  city: string;
  region: string;
  postalCode: string;
  country: string;
  status: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  offers: Array<string>;
  wants: Array<string>;
  categories: Array<string>;
  createdAt: string;
  memberStartedAt?: string | null;
  place?: Coordinates | null;
  /** the path of its picture; empty: none */
  picture?: string;
  /** takes messages from other members */
  contactable?: boolean;
  why?: Array<Why>;
  /** with querying_entity_id */
  isFavorite?: boolean;
  /** from `near`, with one decimal */
  distanceKm?: string;
  /** what one is of it oneself */
  role?: "owner" | "operator";
  /** one looks only */
  viewOnly?: boolean;
  /** the most that one may move at once; null: no bound */
  maxAmount?: number | null;
  /** oldest first, the last fifty */
  decisions?: Array<Decision>;
  visibility?: Visibility;
  showTagsMatchedSinceLastLogin?: boolean;
  receiveDailyMatchNotificationEmail?: boolean;
  receiveContactEmail?: boolean;
  /** oldest first */
  pendingTransfers?: Array<Transfer>;
}

export interface Part {
  role: "owner" | "operator";
  /** looks, and moves nothing */
  viewOnly?: boolean;
  /** the most of one transfer; for operators alone */
  maxAmount?: number | string | null;
}

export interface PartStates {
  ledger: "up" | "down";
  directory: "up" | "down";
  matcher: "up" | "down";
  notifier: "up" | "down";
}

export interface PasswordChange {
  currentPassword: string;
  password: string;
}

export interface People {
  members?: Array<Member>;
  invitations?: Array<Invitation>;
}

export interface Policy {
  /** of new accounts */
  defaultMaxNegativeBalance?: number;
  /** of new accounts */
  defaultMaxPositiveBalance?: number;
  /** a proposal that nobody answers */
  expiresAfterDays?: number;
  /** before its end, who must answer is reminded */
  reminderDays?: number;
  /** of a limit: from there on it is near */
  warningPercent?: number;
  unit: string;
}

export interface PolicyChanges {
  /** of new accounts */
  defaultMaxNegativeBalance?: number | string;
  /** of new accounts */
  defaultMaxPositiveBalance?: number | string;
  /** a proposal that nobody answers */
  expiresAfterDays?: number;
  /** before its end, who must answer is reminded */
  reminderDays?: number;
  /** of a limit: from there on it is near */
  warningPercent?: number;
  reason: string | null;
}

export interface ProfileChanges {
  incType?: string | null;
  companyNumber?: string | null;
  website?: string | null;
  /** per year */
  declaredTurnover?: number | null;
  description?: string | null;
  address?: string | null;
  city?: string | null;
  region?: string | null;
  postalCode?: string | null;
  country?: string | null;
  offers?: Array<string | null>;
  wants?: Array<string | null>;
  showTagsMatchedSinceLastLogin?: boolean;
  receiveDailyMatchNotificationEmail?: boolean;
  /** the town's when null or left out */
  place?: Coordinates | null;
  visibility?: Visibility;
  receiveContactEmail?: boolean;
  name?: string | null;
  email?: string | null;
  telephone?: string | null;
}

export interface ProvenEvent {
  position: number;
  type: string;
  leaf: string;
  prevHash: string;
  /** hashes, from the leaf up */
  path: Array<string>;
  /** its canonical text; null where it holds what the other side alone may see */
  event: string | null;
}

export interface QuietHours {
  from: string;
  to: string;
}

export interface ReadUntil {
  /** those shown until then; left out: all until now */
  until?: string | null;
}

export interface Reason {
  reason: string | null;
}

export interface RecoveryCodes {
  recoveryCodes?: Array<string>;
}

export interface Replay {
  id?: string;
  source?: "ledger" | "directory";
  first?: number;
  last?: number;
  reached?: number;
  /** deliveries that it made */
  queued?: number;
  state?: "running" | "done" | "stopped";
  createdAt?: string;
}

export interface Reversal {
  /** those who took part are told it */
  reason: string | null;
}

export interface Room {
  /** the most that can be received */
  leads: number | null;
  /** the most that can be paid */
  suppliers: number | null;
}

export interface RowErrors {
  /** as in a spreadsheet: the header is row 1 */
  number?: number;
  errors?: Array<CellError>;
}

export interface Search {
  id: string;
  text: string;
  side: "offers" | "wants";
  maxKm: number | null;
  category: string | null;
  createdAt: string;
  /** how many it finds now */
  found: number;
}

export interface ServiceAccount {
  /** the audit log names it admin:<id> */
  id?: string;
  name?: string;
  purpose?: string;
  /** of all its tokens */
  scopes?: Array<"read" | "admin" | "admin:members" | "admin:catalogue" | "admin:ledger" | "admin:mail" | "admin:audit">;
  /** the id of an administrator */
  madeBy?: string;
  /** empty when they have left */
  madeByName?: string;
  createdAt?: string;
  disabledAt?: string | null;
  /** by any token, within a minute */
  lastUsedAt?: string | null;
  /** newest first */
  tokens?: Array<ServiceAccountToken>;
}

export interface ServiceAccountChanges {
  name?: string | null;
  purpose?: string | null;
  scopes?: Array<"read" | "admin" | "admin:members" | "admin:catalogue" | "admin:ledger" | "admin:mail" | "admin:audit">;
  /** true revokes all its tokens; false lets new ones be made */
  disabled?: boolean;
}

export interface ServiceAccountToken {
  id?: string;
  name?: string;
  createdAt?: string;
  /** null: it lives until it is revoked */
  expiresAt?: string | null;
  /** within a minute */
  lastUsedAt?: string | null;
}

export interface SignUp {
  incType?: string | null;
  companyNumber?: string | null;
  website?: string | null;
  /** per year */
  declaredTurnover?: number | null;
  description?: string | null;
  address?: string | null;
  city?: string | null;
  region?: string | null;
  postalCode?: string | null;
  country?: string | null;
  offers?: Array<string | null>;
  wants?: Array<string | null>;
  showTagsMatchedSinceLastLogin?: boolean;
  receiveDailyMatchNotificationEmail?: boolean;
  /** the town's when null or left out */
  place?: Coordinates | null;
  visibility?: Visibility;
  receiveContactEmail?: boolean;
  userEmail: string | null;
  password: string;
  firstName?: string | null;
  lastName?: string | null;
  userPhone?: string | null;
  entityName: string | null;
  /** the user's address when left out */
  entityEmail?: string | null;
  entityPhone?: string | null;
  /** of the terms that are agreed to; asked for later if left out */
  termsVersion?: string | null;
}

export interface SignedUp {
  userID: string;
  entityID: string;
  accountNumber: string;
  token: string;
  expiresIn: number;
}

export interface Staff {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  telephone: string;
  createdAt?: string;
  lastLoginIP?: string;
  lastLoginDate?: string;
  kind?: string;
  suspended?: boolean;
  expiresAt?: string | null;
}

export interface StaffChanges {
  until?: string | null;
  suspended?: boolean;
}

export interface StandingConsent {
  rules: Array<ConsentRule>;
}

export interface Statement {
  accountNumber: string;
  from: string | null;
  to: string | null;
  fromPosition: number;
  toPosition: number;
  openingBalance: number;
  closingBalance: number;
  totals: StatementTotals;
  entries: Array<StatementEntry>;
  /** `before` of the older page */
  next: number | null;
  /** `after` of the newer page */
  previous: number | null;
}

export interface StatementChecked {
  code: string;
  book: string;
  unit: string;
  accountNumber: string;
  from: string | null;
  to: string | null;
  fromPosition: number;
  toPosition: number;
  openingBalance: number;
  closingBalance: number;
  entries: number;
  paid: number;
  received: number;
  madeAt: string;
  /** worked out now; false: something was changed */
  holds: boolean;
  /** the first that covers it; null: none yet */
  head: Head | null;
  path: Array<string> | null;
  leaf: string | null;
}

export interface StatementEntry {
  position: number;
  transferID: string;
  date: string;
  accountNumber: string;
  /** of the counterparty */
  entityName: string | null;
  /** signed, after fees */
  amount: number;
  balance: number;
  description: string | null;
  reference: string | null;
  /** `leg`: one of several; `fee`: of a transfer between others */
  role: "payer" | "payee" | "leg" | "fee";
  kind: "transfer" | "admin" | "reversal";
  /** `pay` or `request`: how it was proposed */
  direction: string;
}

export interface StatementTotals {
  count: number;
  paid: number;
  received: number;
}

export interface Stop {
  /** true: everything but security, to the address that the mail went to */
  all?: boolean;
}

export interface Strained {
  id: string;
  accountNumber: string;
  name: string;
  balance: number;
  /** of the limit */
  percent: number;
}

export interface SuggestedBusiness {
  id: string;
  name: string;
}

export interface Suggestions {
  tags: Array<string>;
  businesses: Array<SuggestedBusiness>;
  places: Array<string>;
  categories: Array<string>;
}

export interface Suppression {
  digest: string;
  reason: "bounce" | "spam" | "unsubscribe" | "asked";
  at: string;
}

export interface SuppressionSearch {
  /** left out: all */
  address?: string | null;
  page?: number;
  pageSize?: number;
}

export interface Suspension {
  suspended: boolean;
  reason?: string | null;
}

export interface TagsApart {
  names: Array<string | null>;
}

export interface Term {
  id: string;
  name: string;
  label: string;
}

export interface TermChanged {
  id: string;
  name: string;
  label: string;
  /** businesses that have another name now, or lost it */
  touched?: number;
  /** how many names became this one */
  merged?: number;
}

export interface TermMerge {
  ids: Array<string>;
  into: string;
}

export interface TermName {
  name: string | null;
}

export interface Together {
  /** whose lists have both */
  members: number;
  /** between pairs of traders that have both */
  trades: number;
  /** lists and pairs that have either */
  of: number;
}

export interface ToldGroup {
  group: string;
  /** null: never so */
  mail: boolean | null;
  notice: boolean | null;
}

export interface ToldPreferences {
  /** security can't be switched off, and is not among them */
  groups: Array<ToldGroup>;
  quietHours: QuietHours | null;
  /** of the daily mail */
  digestHour: number;
  /** IANA */
  timeZone: string;
  /** left out: as it was */
  language?: string;
  languages?: Array<Language>;
}

export interface Trader {
  id: string;
  accountNumber: string;
  name: string;
}

export interface TradingApplication {
  firstName?: string | null;
  lastName?: string | null;
  userPhone?: string | null;
  name?: string | null;
  telephone?: string | null;
  incType?: string | null;
  companyNumber?: string | null;
  website?: string | null;
  description?: string | null;
  address?: string | null;
  city?: string | null;
  region?: string | null;
  postalCode?: string | null;
  country?: string | null;
  /** of the membership agreement that is agreed to */
  termsVersion?: string | null;
}

export interface Transfer {
  id: string;
  transfer: "in" | "out";
  isInitiator: boolean;
  /** of the other party */
  accountNumber: string;
  /** of the other party */
  entityName: string | null;
  from: string;
  to: string;
  amount: number;
  description: string;
  /** the word of another system for it */
  reference?: string;
  /** what the payer is charged on top, or the payee gets less */
  fees: number;
  /** what moves, fees included */
  legs?: Array<TransferLeg>;
  /** `admin` and `reversal` complete at once and need no acceptance */
  kind: "transfer" | "admin" | "reversal";
  status: "initiated" | "completed" | "cancelled";
  /** completed at once by the standing consent of the other party */
  byConsent: boolean;
  /** id of the transfer that this one reverses */
  reverses?: string;
  /** id of the transfer that reversed this one */
  reversedBy?: string;
  /** when a proposal ends unanswered */
  dateExpires?: string;
  /** who or what ended it: cancelled, rejected, expired, system */
  cancellationKind?: string;
  cancellationReason?: string;
  dateProposed: string;
  dateCompleted?: string;
  dateCancelled?: string;
}

export interface TransferBatch {
  /** true: when one is refused none is done, and the answer is 422 `batch.refused` */
  atomic?: boolean;
  commands: Array<BatchCommand>;
}

export interface TransferFee {
  /** that gets it */
  accountNumber: string;
  /** who bears it */
  side: "payer" | "payee";
  amount: number;
}

export interface TransferLeg {
  accountNumber: string;
  /** signed; the legs of a transfer sum to zero */
  amount: number;
}

export interface TransferPreview {
  /** fees included */
  legs: Array<TransferLeg>;
  fees: Array<TransferFee>;
  /** what the payer is charged */
  total: number;
  /** what the payee gets */
  received: number;
  dateExpires: string | null;
  /** by the standing consent of the other side */
  completesAtOnce: boolean;
  /** one's own */
  accounts: Array<AccountAfter>;
}

export interface TransferProof {
  book: string;
  transferId: string;
  size: number;
  root: string;
  head: Head | null;
  events: Array<ProvenEvent>;
}

export interface TransferStep {
  action: "accept" | "reject" | "cancel";
  cancellationReason?: string | null;
}

export interface Try {
  at?: string;
  status?: number | null;
  /** a code, where no answer came */
  error?: string;
  milliseconds?: number | null;
}

export interface TwoFactor {
  on?: boolean;
  since?: string | null;
  recoveryCodesLeft?: number;
  required?: boolean;
}

export interface TwoFactorSecret {
  /** base32 */
  secret?: string;
  /** otpauth:, for a square code */
  uri?: string;
}

export interface Unread {
  /** counted up to 100 */
  unread: number;
}

export interface Unsubscription {
  group: string;
  /** of the business */
  name: string;
  stopped: boolean;
  /** all but security to that address */
  allStopped: boolean;
}

export interface User {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  telephone: string;
  createdAt?: string;
  lastLoginIP?: string;
  lastLoginDate?: string;
}

export interface UserChanges {
  firstName?: string | null;
  lastName?: string | null;
  telephone?: string | null;
}

export interface UsersEntity {
  id: string;
  accountNumber: string;
  name: string;
  email?: string;
  telephone: string;
  incType: string;
  companyNumber: string;
  website: string;
  declaredTurnover: number | null;
  description: string;
  address: string;
  city: string;
  region: string;
  postalCode: string;
  country: string;
  status: "pending" | "accepted" | "rejected" | "tradingPending" | "tradingAccepted" | "tradingRejected";
  offers: Array<string>;
  wants: Array<string>;
  categories: Array<string>;
  createdAt: string;
  memberStartedAt?: string | null;
  place?: Coordinates | null;
  /** the path of its picture; empty: none */
  picture?: string;
  /** takes messages from other members */
  contactable?: boolean;
  why?: Array<Why>;
  /** with querying_entity_id */
  isFavorite?: boolean;
  /** from `near`, with one decimal */
  distanceKm?: string;
  showTagsMatchedSinceLastLogin?: boolean;
  receiveDailyMatchNotificationEmail?: boolean;
  /** what they are of it: owner or operator */
  role: string;
  viewOnly: boolean;
}

export interface Verification {
  password?: string;
  code?: string;
}

export interface Visibility {
  telephone?: "everyone" | "members" | "nobody";
  website?: "everyone" | "members" | "nobody";
  description?: "everyone" | "members" | "nobody";
  address?: "everyone" | "members" | "nobody";
  postalCode?: "everyone" | "members" | "nobody";
  companyNumber?: "everyone" | "members" | "nobody";
  declaredTurnover?: "everyone" | "members" | "nobody";
  email?: "everyone" | "members" | "nobody";
}

export interface WantedInMonth {
  month: string;
  area: string;
  tag: string;
  members: number;
}

export interface Webhook {
  id?: string;
  entityId?: string | null;
  url?: string;
  types?: Array<string>;
  description?: string;
  state?: "active" | "paused";
  reason?: "" | "asked" | "failures" | "no_success" | "gone";
  /** in a row */
  failures?: number;
  failingSince?: string | null;
  /** nothing is tried before */
  heldUntil?: string | null;
  pausedAt?: string | null;
  /** while it is paused: the last ones that it had; a replay begins after them */
  positions?: Record<string, unknown>;
  createdAt?: string;
  secrets?: Array<WebhookSecret>;
}

export interface WebhookChange {
  url?: string | null;
  types?: Array<string>;
  description?: string | null;
}

export interface WebhookSecret {
  madeAt?: string;
  until?: string | null;
}

export interface Why {
  side: "offers" | "wants" | "name" | "category" | "description" | "city" | "place";
  term: string;
  matched: string;
  how: "exact" | "stem" | "prefix" | "contains" | "part" | "fuzzy" | "distance";
  /** of a place: kilometres, one decimal */
  distanceKm?: string;
}

export interface WordGroups {
  groups: Array<Array<string | null>>;
  /** of the list that was read; 0: ours, nobody has edited it */
  version: number;
}

export interface WordList {
  groups: Array<Array<string | null>>;
  /** of the list that was read; 0: ours, nobody has edited it */
  version: number;
  editedAt: string | null;
}

export interface WordSuggestion {
  one: string;
  other: string;
  /** lists that have both */
  members: number;
  /** pairs of traders that have both */
  trades: number;
  /** lists and pairs that have either */
  of: number;
}

export type Refused400 = "http.bad_request" | "request.invalid" | "request.malformed" | "request.duplicate_key" | "request.not_a_number" | "request.number_too_long" | "request.trailing_data" | "request.not_utf8" | "request.unpaired_surrogate" | "request.too_deep" | "request.too_many_values" | "idempotency.key_malformed";
export type Refused401 = "auth.invalid" | "auth.expired" | "auth.ended";
export type Refused403 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed";
export type Refused409 = "idempotency.key_reused" | "idempotency.answer_gone" | "user.email_taken";
export type Refused412 = "precondition.unsupported";
export type Refused413 = "http.request_entity_too_large";
export type Refused415 = "request.media_type" | "request.encoded";
export type Refused429 = "http.too_many_requests";
export type Refused500 = "internal";
export type Refused503 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable";
export type Refused400_2 = "http.bad_request" | "request.invalid" | "request.malformed" | "request.duplicate_key" | "request.not_a_number" | "request.number_too_long" | "request.trailing_data" | "request.not_utf8" | "request.unpaired_surrogate" | "request.too_deep" | "request.too_many_values";
export type Refused401_2 = "auth.invalid" | "auth.expired" | "auth.ended" | "login.failed" | "login.code_needed";
export type Refused403_2 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "login.expired";
export type Refused429_2 = "http.too_many_requests" | "login.locked";
export type Refused401_3 = "auth.invalid" | "auth.expired" | "auth.ended" | "login.code_failed";
export type Refused400_3 = "http.bad_request";
export type Refused401_4 = "auth.invalid" | "auth.expired" | "auth.ended" | "auth.missing";
export type Refused403_3 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role";
export type Refused404 = "http.not_found" | "reset.invalid";
export type Refused400_4 = "http.bad_request" | "request.invalid";
export type Refused403_4 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf";
export type Refused409_2 = "idempotency.key_reused" | "idempotency.answer_gone";
export type Refused412_2 = "precondition.failed";
export type Refused404_2 = "entity.unknown" | "http.not_found";
export type Refused403_5 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "entity.not_yours" | "entity.owners_only";
export type Refused409_3 = "idempotency.key_reused" | "idempotency.answer_gone" | "entity.closed";
export type Refused409_4 = "idempotency.key_reused" | "idempotency.answer_gone" | "trading_application.wrong_status";
export type Refused422 = "trading_application.incomplete";
export type Refused403_6 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "entity.not_yours" | "entity.owners_only";
export type Refused404_3 = "entity.unknown";
export type Refused403_7 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "account.amount_not_allowed";
export type Refused404_4 = "account.unknown";
export type Refused422_2 = "token.day_limit" | "account.not_trading" | "transfer.limit_exceeded" | "transfer.counterparty_limit" | "transfer.fee_exceeds_amount" | "transfer.fee_account" | "transfer.same_account";
export type Refused422_3 = "request.too_broad";
export type Refused403_8 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "transfer.not_yours";
export type Refused404_5 = "transfer.unknown" | "http.not_found";
export type Refused403_9 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "account.amount_not_allowed" | "transfer.not_yours";
export type Refused409_5 = "idempotency.key_reused" | "idempotency.answer_gone" | "transfer.already_closed";
export type Refused422_4 = "token.day_limit" | "account.not_trading" | "transfer.limit_exceeded" | "transfer.counterparty_limit" | "transfer.fee_exceeds_amount" | "transfer.fee_account" | "transfer.cancelled_by_system";
export type Refused409_6 = "idempotency.key_reused" | "idempotency.answer_gone" | "transfer.not_completed" | "transfer.not_reversible" | "transfer.already_reversed";
export type Refused422_5 = "token.day_limit" | "account.not_trading" | "transfer.limit_exceeded" | "transfer.counterparty_limit" | "transfer.fee_exceeds_amount" | "transfer.fee_account";
export type Refused422_6 = "account.not_trading" | "transfer.same_account" | "transfer.limit_exceeded" | "transfer.counterparty_limit";
export type Refused403_10 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "entity.not_yours";
export type Refused503_2 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable" | "search.unavailable";
export type Refused404_6 = "entity.unknown" | "http.not_found" | "user.unknown" | "account.unknown";
export type Refused409_7 = "idempotency.key_reused" | "idempotency.answer_gone" | "status.not_allowed" | "status.decided_already" | "entity.closed" | "membership.last_owner";
export type Refused400_5 = "http.bad_request" | "request.invalid" | "idempotency.key_malformed";
export type Refused403_11 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "auth.step_up_needed";
export type Refused422_7 = "entity.balance_not_zero";
export type Refused404_7 = "user.unknown" | "http.not_found";
export type Refused404_8 = "user.unknown" | "http.not_found" | "entity.unknown";
export type Refused409_8 = "idempotency.key_reused" | "idempotency.answer_gone" | "user.email_taken" | "membership.last_owner";
export type Refused503_3 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable" | "head.not_signed" | "proof.building";
export type Refused404_9 = "head.none" | "proof.not_covered";
export type Refused503_4 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable" | "export.busy" | "proof.building";
export type Refused422_8 = "batch.refused" | "token.day_limit";
export type Refused404_10 = "entity.unknown" | "http.not_found" | "account.unknown";
export type Refused422_9 = "transfer.same_account";
export type Refused404_11 = "http.not_found";
export type Refused409_9 = "idempotency.key_reused" | "idempotency.answer_gone" | "term.taken" | "term.busy";
export type Refused404_12 = "term.unknown" | "http.not_found";
export type Refused400_6 = "http.bad_request" | "idempotency.key_malformed";
export type Refused409_10 = "idempotency.key_reused" | "idempotency.answer_gone" | "term.busy";
export type Refused404_13 = "http.not_found" | "term.unknown";
export type Refused410 = "events.gone";
export type Refused429_3 = "http.too_many_requests" | "events.too_many_waiting";
export type Refused503_5 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable" | "events.busy";
export type Refused503_6 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable" | "health.critical" | "health.unknown";
export type Refused400_7 = "http.bad_request" | "request.invalid" | "request.malformed" | "request.duplicate_key" | "request.not_a_number" | "request.number_too_long" | "request.trailing_data" | "request.not_utf8" | "request.unpaired_surrogate" | "request.too_deep" | "request.too_many_values" | "idempotency.key_malformed" | "import.unreadable";
export type Refused422_10 = "import.too_large";
export type Refused404_14 = "import.unknown" | "http.not_found";
export type Refused409_11 = "idempotency.key_reused" | "idempotency.answer_gone" | "import.started_already";
export type Refused422_11 = "import.has_errors" | "import.too_large";
export type Refused403_12 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "auth.step_up_needed";
export type Refused422_12 = "favourites.too_many";
export type Refused422_13 = "contact.not_accepted" | "contact.switched_off";
export type Refused429_4 = "http.too_many_requests" | "contact.too_often";
export type Refused404_15 = "head.none";
export type Refused503_7 = "part.down" | "part.busy" | "part.late" | "projection.behind" | "ledger.busy" | "ledger.unavailable" | "directory.unavailable" | "matches.unavailable" | "notifier.unavailable" | "proof.building";
export type Refused404_16 = "transfer.unknown" | "http.not_found" | "head.none" | "proof.not_covered";
export type Refused404_17 = "http.not_found" | "code.unknown";
export type Refused403_13 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "loop.not_trading";
export type Refused404_18 = "entity.unknown" | "http.not_found" | "loop.unknown";
export type Refused403_14 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "loop.not_trading";
export type Refused409_12 = "idempotency.key_reused" | "idempotency.answer_gone" | "loop.gone";
export type Refused409_13 = "idempotency.key_reused" | "idempotency.answer_gone" | "notifier.not_waiting" | "notifier.nothing_left";
export type Refused409_14 = "idempotency.key_reused" | "idempotency.answer_gone" | "feedback.too_much";
export type Refused404_19 = "entity.unknown" | "http.not_found" | "feedback.unknown";
export type Refused404_20 = "http.not_found" | "text.none";
export type Refused404_21 = "http.not_found" | "unsubscription.invalid";
export type Refused404_22 = "entity.unknown" | "user.unknown" | "http.not_found" | "membership.unknown";
export type Refused409_15 = "idempotency.key_reused" | "idempotency.answer_gone" | "membership.last_owner";
export type Refused409_16 = "idempotency.key_reused" | "idempotency.answer_gone" | "membership.exists" | "membership.too_many";
export type Refused404_23 = "entity.unknown" | "http.not_found" | "invitation.invalid";
export type Refused404_24 = "http.not_found" | "invitation.invalid";
export type Refused403_15 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "invitation.other_address";
export type Refused409_17 = "user.email_taken";
export type Refused422_14 = "transfer.fee_account";
export type Refused404_25 = "http.not_found" | "account.unknown";
export type Refused403_16 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "entity.not_yours" | "entity.owners_only" | "auth.step_up_needed";
export type Refused403_17 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "entity.not_yours" | "entity.owners_only" | "auth.step_up_needed";
export type Refused409_18 = "idempotency.key_reused" | "idempotency.answer_gone" | "entity.closed" | "entity.not_settled";
export type Refused409_19 = "user.belongs_to_open_entities";
export type Refused409_20 = "idempotency.key_reused" | "idempotency.answer_gone" | "search.too_many";
export type Refused422_15 = "search.no_words";
export type Refused404_26 = "entity.unknown" | "http.not_found" | "search.unknown";
export type Refused403_18 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "auth.wrong";
export type Refused404_27 = "session.unknown" | "http.not_found";
export type Refused409_21 = "two_factor.state";
export type Refused409_22 = "idempotency.key_reused" | "idempotency.answer_gone" | "two_factor.state";
export type Refused409_23 = "idempotency.key_reused" | "idempotency.answer_gone" | "service_account.name_taken" | "service_account.too_many";
export type Refused404_28 = "service_account.unknown" | "http.not_found";
export type Refused409_24 = "idempotency.key_reused" | "idempotency.answer_gone" | "service_account.name_taken";
export type Refused409_25 = "idempotency.key_reused" | "idempotency.answer_gone" | "api_token.too_many" | "service_account.disabled";
export type Refused404_29 = "service_account.unknown" | "api_token.unknown" | "http.not_found";
export type Refused409_26 = "idempotency.key_reused" | "idempotency.answer_gone" | "staff.last_admin" | "staff.not_yourself";
export type Refused409_27 = "idempotency.key_reused" | "idempotency.answer_gone" | "staff.not_yourself";
export type Refused404_30 = "entity.unknown" | "user.unknown" | "http.not_found";
export type Refused409_28 = "idempotency.key_reused" | "idempotency.answer_gone" | "entity.closed" | "membership.exists" | "membership.too_many";
export type Refused404_31 = "entity.unknown" | "user.unknown";
export type Refused422_16 = "statement.too_long";
export type Refused403_19 = "auth.scope_missing" | "auth.person_needed" | "auth.two_factor_needed" | "auth.forbidden" | "auth.not_on_behalf" | "terms.not_accepted" | "auth.not_your_role" | "auth.step_up_needed" | "api_token.two_factor_needed";
export type Refused409_29 = "idempotency.key_reused" | "idempotency.answer_gone" | "api_token.too_many";
export type Refused404_32 = "api_token.unknown" | "http.not_found";
export type Refused404_33 = "email_change.none";
export type Refused429_5 = "http.too_many_requests" | "email_change.too_often";
export type Refused404_34 = "http.not_found" | "email_change.invalid";
export type Refused409_30 = "idempotency.key_reused" | "idempotency.answer_gone" | "webhooks.too_many";
export type Refused422_17 = "webhooks.address_forbidden";
export type Refused409_31 = "idempotency.key_reused" | "idempotency.answer_gone" | "webhooks.paused";
export type Refused409_32 = "idempotency.key_reused" | "idempotency.answer_gone" | "webhooks.nothing_to_send";
export type Refused409_33 = "idempotency.key_reused" | "idempotency.answer_gone" | "webhooks.paused" | "webhooks.replaying";
export type Refused422_18 = "webhooks.position_ahead";
export type Refused409_34 = "idempotency.key_reused" | "idempotency.answer_gone" | "words.changed";
export interface Meta { numberOfResults: number; totalPages: number; next?: string }

export interface Operations {
  /** Sign up a person and their business */
  sign_up: {
    method: "POST";
    path: "/api/v1/signup";
    parts: undefined;
    query: undefined;
    body: SignUp;
    data: SignedUp;
    code: Refused400 | Refused401 | Refused403 | Refused409 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Log in as a member */
  log_in: {
    method: "POST";
    path: "/api/v1/login";
    parts: undefined;
    query: undefined;
    body: Credentials;
    data: LoggedIn;
    code: Refused400_2 | Refused401_2 | Refused403_2 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** Log in as an administrator or auditor */
  log_in_admin: {
    method: "POST";
    path: "/api/v1/admin/login";
    parts: undefined;
    query: undefined;
    body: Credentials;
    data: LoggedIn;
    code: Refused400_2 | Refused401_2 | Refused403_2 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** The second step of a login, when the first one answered `login.code_needed` with a `ticket` */
  enter_code: {
    method: "POST";
    path: "/api/v1/login/code";
    parts: undefined;
    query: undefined;
    body: LoginCode;
    data: LoggedIn;
    code: Refused400_2 | Refused401_3 | Refused403_2 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** Log out: the session ends and its tokens are refused from now on */
  log_out: {
    method: "POST";
    path: "/api/v1/logout";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401_4 | Refused403_3 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Log out as an administrator or auditor */
  log_out_admin: {
    method: "POST";
    path: "/api/v1/admin/logout";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401_4 | Refused403_3 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Exchange a token, expired at most a day ago, for a fresh one while its session lives */
  renew_token: {
    method: "POST";
    path: "/api/v1/token/renew";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: LoggedIn;
    code: Refused400_3 | Refused401_4 | Refused403 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Have a reset link mailed; the answer is the same for unknown addresses */
  request_reset: {
    method: "POST";
    path: "/api/v1/password-reset";
    parts: undefined;
    query: undefined;
    body: Email;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401 | Refused403 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** The same for administrators */
  request_admin_reset: {
    method: "POST";
    path: "/api/v1/admin/password-reset";
    parts: undefined;
    query: undefined;
    body: Email;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401 | Refused403 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Set a new password by the mailed token; all sessions of the user end */
  reset_password: {
    method: "POST";
    path: "/api/v1/password-reset/{token}";
    parts: { token: string };
    query: undefined;
    body: NewPassword;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401 | Refused403 | Refused404 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** The same for administrators */
  reset_admin_password: {
    method: "POST";
    path: "/api/v1/admin/password-reset/{token}";
    parts: { token: string };
    query: undefined;
    body: NewPassword;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401 | Refused403 | Refused404 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** The person who is logged in */
  user: {
    method: "GET";
    path: "/api/v1/user";
    parts: undefined;
    query: { fields?: Array<"id" | "email" | "firstName" | "lastName" | "telephone" | "createdAt" | "lastLoginIP" | "lastLoginDate"> };
    body: undefined;
    data: User;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Change one's own name or telephone */
  change_user: {
    method: "PATCH";
    path: "/api/v1/user";
    parts: undefined;
    query: undefined;
    body: UserChanges;
    data: User;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** One's own businesses with balance, limits, headroom and what is pending */
  own_entities: {
    method: "GET";
    path: "/api/v1/user/entities";
    parts: undefined;
    query: { fields?: Array<"balance" | "maxPositiveBalance" | "maxNegativeBalance" | "canPay" | "canReceive" | "standing" | "level" | "closing" | "outsideLimits" | "id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm" | "role" | "viewOnly" | "maxAmount" | "decisions" | "visibility" | "showTagsMatchedSinceLastLogin" | "receiveDailyMatchNotificationEmail" | "receiveContactEmail" | "pendingTransfers"> };
    body: undefined;
    data: Array<OwnEntity>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Register another business of one's own */
  register_business: {
    method: "POST";
    path: "/api/v1/user/entities";
    parts: undefined;
    query: undefined;
    body: NewBusiness;
    data: MadeBusiness;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** One of one's own businesses, with balance, limits, headroom and what is pending */
  own_entity: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}";
    parts: { entity_id: string };
    query: { fields?: Array<"balance" | "maxPositiveBalance" | "maxNegativeBalance" | "canPay" | "canReceive" | "standing" | "level" | "closing" | "outsideLimits" | "id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm" | "role" | "viewOnly" | "maxAmount" | "decisions" | "visibility" | "showTagsMatchedSinceLastLogin" | "receiveDailyMatchNotificationEmail" | "receiveContactEmail" | "pendingTransfers"> };
    body: undefined;
    data: OwnEntity;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Change one's own business */
  change_own_entity: {
    method: "PATCH";
    path: "/api/v1/user/entities/{entity_id}";
    parts: { entity_id: string };
    query: undefined;
    body: ProfileChanges;
    data: OwnEntity;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_2 | Refused409_3 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Apply for trading membership */
  apply_for_trading: {
    method: "POST";
    path: "/api/v1/user/entities/{entity_id}/trading-application";
    parts: { entity_id: string };
    query: undefined;
    body: TradingApplication;
    data: Entity;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_2 | Refused409_4 | Refused412 | Refused413 | Refused415 | Refused422 | Refused429 | Refused500 | Refused503;
  };
  /** Who did what, newest first */
  logs: {
    method: "GET";
    path: "/api/v1/admin/logs";
    parts: undefined;
    query: { page?: number; page_size?: number; email?: string | null; category?: string | null; action?: string | null; detail?: string | null; date_from?: string | null; date_to?: string | null; actor?: string | null; subject?: string | null; concerns?: string | null; correlation_id?: string | null; before?: number; cursor?: string; fields?: Array<"userID" | "email" | "action" | "detail" | "category" | "createdAt" | "position" | "subject" | "concerns" | "onBehalfOf" | "before" | "after" | "reason" | "erased" | "correlationId" | "hash"> };
    body: undefined;
    data: Array<LogEntry>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** The head of the log, and what its last check came to */
  logs_state: {
    method: "GET";
    path: "/api/v1/admin/logs/state";
    parts: undefined;
    query: { fields?: Array<"head" | "checked" | "signed"> };
    body: undefined;
    data: LogState;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** The signed heads of the log, and their keys */
  logs_heads: {
    method: "GET";
    path: "/api/v1/admin/logs/heads";
    parts: undefined;
    query: { fields?: Array<"iss" | "keys" | "heads"> };
    body: undefined;
    data: LogHeads;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** The same as CSV, oldest first */
  logs_csv: {
    method: "GET";
    path: "/api/v1/admin/logs.csv";
    parts: undefined;
    query: { email?: string | null; category?: string | null; action?: string | null; detail?: string | null; date_from?: string | null; date_to?: string | null; actor?: string | null; subject?: string | null; concerns?: string | null; correlation_id?: string | null };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** The same as NDJSON, oldest first */
  logs_ndjson: {
    method: "GET";
    path: "/api/v1/admin/logs.ndjson";
    parts: undefined;
    query: { email?: string | null; category?: string | null; action?: string | null; detail?: string | null; date_from?: string | null; date_to?: string | null; actor?: string | null; subject?: string | null; concerns?: string | null; correlation_id?: string | null };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** What was done by or about oneself, or about one's business */
  own_activity: {
    method: "GET";
    path: "/api/v1/user/activity";
    parts: undefined;
    query: { entity_id?: string; before?: number; limit?: number; fields?: Array<"entries" | "next"> };
    body: undefined;
    data: OwnActivity;
    code: Refused400_4 | Refused401_4 | Refused403_6 | Refused404_3 | Refused429 | Refused500 | Refused503;
  };
  /** Propose a payment, or ask for one */
  initiate: {
    method: "POST";
    path: "/api/v1/transfers";
    parts: undefined;
    query: undefined;
    body: NewTransfer;
    data: Transfer;
    code: Refused400 | Refused401_4 | Refused403_7 | Refused404_4 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused422_2 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers of one's own business, newest first */
  transfers: {
    method: "GET";
    path: "/api/v1/transfers";
    parts: undefined;
    query: { page?: number; page_size?: number; date_from?: string; date_to?: string; after?: number; status: "all" | "initiated" | "completed" | "cancelled"; querying_entity_id: string; counterparty?: string; text?: string; reference?: string; kind?: "transfer" | "admin" | "reversal"; min_amount?: number | string; max_amount?: number | string; cursor?: string; fields?: Array<"id" | "transfer" | "isInitiator" | "accountNumber" | "entityName" | "from" | "to" | "amount" | "description" | "reference" | "fees" | "legs" | "kind" | "status" | "byConsent" | "reverses" | "reversedBy" | "dateExpires" | "cancellationKind" | "cancellationReason" | "dateProposed" | "dateCompleted" | "dateCancelled"> };
    body: undefined;
    data: Array<Transfer>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** What a transfer would do: fees, balance and headroom afterwards, or why it would be refused */
  preview_transfer: {
    method: "POST";
    path: "/api/v1/transfers/preview";
    parts: undefined;
    query: undefined;
    body: NewTransfer;
    data: TransferPreview;
    code: Refused400_2 | Refused401_4 | Refused403_7 | Refused404_4 | Refused412 | Refused413 | Refused415 | Refused422_2 | Refused429 | Refused500 | Refused503;
  };
  /** One transfer of one's own business */
  transfer: {
    method: "GET";
    path: "/api/v1/transfers/{transfer_id}";
    parts: { transfer_id: string };
    query: { fields?: Array<"id" | "transfer" | "isInitiator" | "accountNumber" | "entityName" | "from" | "to" | "amount" | "description" | "reference" | "fees" | "legs" | "kind" | "status" | "byConsent" | "reverses" | "reversedBy" | "dateExpires" | "cancellationKind" | "cancellationReason" | "dateProposed" | "dateCompleted" | "dateCancelled"> };
    body: undefined;
    data: Transfer;
    code: Refused400_4 | Refused401_4 | Refused403_8 | Refused404_5 | Refused429 | Refused500 | Refused503;
  };
  /** Accept, reject or cancel a proposal */
  change_transfer: {
    method: "PATCH";
    path: "/api/v1/transfers/{transfer_id}";
    parts: { transfer_id: string };
    query: undefined;
    body: TransferStep;
    data: Transfer;
    code: Refused400 | Refused401_4 | Refused403_9 | Refused404_5 | Refused409_5 | Refused412_2 | Refused413 | Refused415 | Refused422_4 | Refused429 | Refused500 | Refused503;
  };
  /** Give back what one's business received, by a new transfer */
  give_back: {
    method: "POST";
    path: "/api/v1/transfers/{transfer_id}/reversal";
    parts: { transfer_id: string };
    query: undefined;
    body: Reversal;
    data: Transfer;
    code: Refused400 | Refused401_4 | Refused403_9 | Refused404_5 | Refused409_6 | Refused412 | Refused413 | Refused415 | Refused422_5 | Refused429 | Refused500 | Refused503;
  };
  /** The balance of one's own business */
  balance: {
    method: "GET";
    path: "/api/v1/balance";
    parts: undefined;
    query: { querying_entity_id: string; fields?: Array<"balance" | "maxPositiveBalance" | "maxNegativeBalance" | "canPay" | "canReceive" | "standing" | "level" | "closing" | "outsideLimits" | "unit"> };
    body: undefined;
    data: Balance;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers of the whole network, newest first */
  admin_transfers: {
    method: "GET";
    path: "/api/v1/admin/transfers";
    parts: undefined;
    query: { page?: number; page_size?: number; date_from?: string; date_to?: string; after?: number; status?: string; account_number?: string; text?: string; kind?: "transfer" | "admin" | "reversal"; cursor?: string; fields?: Array<"id" | "fromAccountNumber" | "fromEntityName" | "toAccountNumber" | "toEntityName" | "amount" | "description" | "reference" | "type" | "status" | "initiatorAccountNumber" | "byConsent" | "legs" | "reverses" | "reversedBy" | "cancellationKind" | "cancellationReason" | "dateProposed" | "dateCompleted" | "dateCancelled" | "dateExpires"> };
    body: undefined;
    data: Array<AdminTransfer>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Move money between two or more accounts, at once */
  make_admin_transfer: {
    method: "POST";
    path: "/api/v1/admin/transfers";
    parts: undefined;
    query: undefined;
    body: NewAdminTransfer;
    data: AdminTransfer;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_4 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused422_6 | Refused429 | Refused500 | Refused503;
  };
  /** Any transfer */
  admin_transfer: {
    method: "GET";
    path: "/api/v1/admin/transfers/{transfer_id}";
    parts: { transfer_id: string };
    query: { fields?: Array<"id" | "fromAccountNumber" | "fromEntityName" | "toAccountNumber" | "toEntityName" | "amount" | "description" | "reference" | "type" | "status" | "initiatorAccountNumber" | "byConsent" | "legs" | "reverses" | "reversedBy" | "cancellationKind" | "cancellationReason" | "dateProposed" | "dateCompleted" | "dateCancelled" | "dateExpires"> };
    body: undefined;
    data: AdminTransfer;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_5 | Refused429 | Refused500 | Refused503;
  };
  /** End a proposal of others */
  end_transfer: {
    method: "PATCH";
    path: "/api/v1/admin/transfers/{transfer_id}";
    parts: { transfer_id: string };
    query: undefined;
    body: AdminTransferStep;
    data: AdminTransfer;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_5 | Refused409_5 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** What such a transfer would do to the accounts */
  preview_admin_transfer: {
    method: "POST";
    path: "/api/v1/admin/transfers/preview";
    parts: undefined;
    query: undefined;
    body: NewAdminTransfer;
    data: AdminTransferPreview;
    code: Refused400_2 | Refused401_4 | Refused403_3 | Refused404_4 | Refused412 | Refused413 | Refused415 | Refused422_6 | Refused429 | Refused500 | Refused503;
  };
  /** Undo a completed transfer by a new one */
  reverse_transfer: {
    method: "POST";
    path: "/api/v1/admin/transfers/{transfer_id}/reversal";
    parts: { transfer_id: string };
    query: undefined;
    body: Reversal;
    data: AdminTransfer;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_5 | Refused409_6 | Refused412 | Refused413 | Refused415 | Refused422_6 | Refused429 | Refused500 | Refused503;
  };
  /** Search the directory: best first, trading members first */
  entities: {
    method: "GET";
    path: "/api/v1/entities";
    parts: undefined;
    query: { page?: number; page_size?: number; q?: string | null; in?: "any" | "offers" | "wants" | "name"; text?: string | null; has?: string; offers?: string; wants?: string; name?: string | null; category?: string | null; city?: string | null; region?: string | null; country?: string | null; near?: string | null; within?: number; tagged_since?: string; favorites_only?: boolean; querying_entity_id?: string | null; sort?: "relevance" | "newest" | "name" | "distance"; after?: string | null; cursor?: string; fields?: Array<"id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm"> };
    body: undefined;
    data: Array<Entity>;
    code: Refused400_4 | Refused401_4 | Refused403_10 | Refused429 | Refused500 | Refused503_2;
  };
  /** How many of what such a search finds have which category, town, region, country */
  facets: {
    method: "GET";
    path: "/api/v1/entities/facets";
    parts: undefined;
    query: { page?: number; page_size?: number; q?: string | null; in?: "any" | "offers" | "wants" | "name"; text?: string | null; has?: string; offers?: string; wants?: string; name?: string | null; category?: string | null; city?: string | null; region?: string | null; country?: string | null; near?: string | null; within?: number; tagged_since?: string; favorites_only?: boolean; querying_entity_id?: string | null; sort?: "relevance" | "newest" | "name" | "distance"; after?: string | null; fields?: Array<"total" | "categories" | "city" | "region" | "country"> };
    body: undefined;
    data: Facets;
    code: Refused400_4 | Refused401_4 | Refused403_10 | Refused429 | Refused500 | Refused503_2;
  };
  /** One business */
  entity: {
    method: "GET";
    path: "/api/v1/entities/{entity_id}";
    parts: { entity_id: string };
    query: { querying_entity_id?: string; fields?: Array<"id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm"> };
    body: undefined;
    data: Entity;
    code: Refused400_4 | Refused401_4 | Refused403_10 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Words, businesses, towns, categories that begin so */
  suggestions: {
    method: "GET";
    path: "/api/v1/suggestions";
    parts: undefined;
    query: { text?: string | null; fields?: Array<"tags" | "businesses" | "places" | "categories"> };
    body: undefined;
    data: Suggestions;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503_2;
  };
  /** Businesses of all statuses, newest first */
  admin_entities: {
    method: "GET";
    path: "/api/v1/admin/entities";
    parts: undefined;
    query: { page?: number; page_size?: number; q?: string | null; in?: "any" | "offers" | "wants" | "name"; text?: string | null; has?: string; offers?: string; wants?: string; name?: string | null; category?: string | null; city?: string | null; region?: string | null; country?: string | null; near?: string | null; within?: number; tagged_since?: string; favorites_only?: boolean; querying_entity_id?: string | null; sort?: "relevance" | "newest" | "name" | "distance" | "balance"; after?: string | null; status?: string; account_number?: string; email?: string | null; balance?: number | string; max_pos_bal?: number | string; max_neg_bal?: number | string; cursor?: string; fields?: Array<"balance" | "maxPositiveBalance" | "maxNegativeBalance" | "canPay" | "canReceive" | "standing" | "level" | "closing" | "outsideLimits" | "id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm" | "role" | "viewOnly" | "maxAmount" | "decisions" | "visibility" | "showTagsMatchedSinceLastLogin" | "receiveDailyMatchNotificationEmail" | "receiveContactEmail" | "pendingTransfers" | "users"> };
    body: undefined;
    data: Array<AdminEntity>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503_2;
  };
  /** One business with users, balance, limits and what is pending */
  admin_entity: {
    method: "GET";
    path: "/api/v1/admin/entities/{entity_id}";
    parts: { entity_id: string };
    query: { fields?: Array<"balance" | "maxPositiveBalance" | "maxNegativeBalance" | "canPay" | "canReceive" | "standing" | "level" | "closing" | "outsideLimits" | "id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm" | "role" | "viewOnly" | "maxAmount" | "decisions" | "visibility" | "showTagsMatchedSinceLastLogin" | "receiveDailyMatchNotificationEmail" | "receiveContactEmail" | "pendingTransfers" | "users"> };
    body: undefined;
    data: AdminEntity;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Decide on a business: status, categories, limits, profile, people */
  change_admin_entity: {
    method: "PATCH";
    path: "/api/v1/admin/entities/{entity_id}";
    parts: { entity_id: string };
    query: undefined;
    body: AdminEntityChanges;
    data: AdminEntity;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_6 | Refused409_7 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Close a business for good */
  delete_admin_entity: {
    method: "DELETE";
    path: "/api/v1/admin/entities/{entity_id}";
    parts: { entity_id: string };
    query: { reason?: string | null };
    body: undefined;
    data: Closed;
    code: Refused400_5 | Refused401_4 | Refused403_11 | Refused404_2 | Refused409_2 | Refused412_2 | Refused422_7 | Refused429 | Refused500 | Refused503;
  };
  /** Members' logins by last name or address */
  users: {
    method: "GET";
    path: "/api/v1/admin/users";
    parts: undefined;
    query: { page?: number; page_size?: number; after?: string | null; last_name?: string; email?: string; email_part?: string; cursor?: string; fields?: Array<"id" | "email" | "firstName" | "lastName" | "telephone" | "createdAt" | "lastLoginIP" | "lastLoginDate" | "kind" | "suspended" | "expiresAt" | "entities"> };
    body: undefined;
    data: Array<AdminUser>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** One login, with its businesses */
  admin_user: {
    method: "GET";
    path: "/api/v1/admin/users/{user_id}";
    parts: { user_id: string };
    query: { fields?: Array<"id" | "email" | "firstName" | "lastName" | "telephone" | "createdAt" | "lastLoginIP" | "lastLoginDate" | "kind" | "suspended" | "expiresAt" | "entities"> };
    body: undefined;
    data: AdminUser;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_7 | Refused429 | Refused500 | Refused503;
  };
  /** Change somebody's login: names, address, password, businesses */
  change_admin_user: {
    method: "PATCH";
    path: "/api/v1/admin/users/{user_id}";
    parts: { user_id: string };
    query: undefined;
    body: AdminUserChanges;
    data: AdminUser;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_8 | Refused409_8 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** End a member's login for good; its businesses stay */
  close_admin_user: {
    method: "DELETE";
    path: "/api/v1/admin/users/{user_id}";
    parts: { user_id: string };
    query: { reason?: string | null };
    body: undefined;
    data: AdminUser;
    code: Refused400_4 | Refused401_4 | Refused403_11 | Refused404_7 | Refused412_2 | Refused429 | Refused500 | Refused503;
  };
  /** Have a head signed that covers everything up to now */
  sign_head: {
    method: "POST";
    path: "/api/v1/audit/head";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Head;
    code: Refused400_3 | Refused401_4 | Refused403_3 | Refused412 | Refused429 | Refused500 | Refused503_3;
  };
  /** All events, or a range of them, as a file that mccs-audit checks */
  export: {
    method: "GET";
    path: "/api/v1/audit/export";
    parts: undefined;
    query: { first?: number; last?: number; gzip?: boolean };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_9 | Refused429 | Refused500 | Refused503_4;
  };
  /** All accounts with their balances, as of a position or an instant */
  audit_trial_balance: {
    method: "GET";
    path: "/api/v1/audit/trial-balance";
    parts: undefined;
    query: { position?: number; at?: string; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** All accounts with their balances, as of a position or an instant, as CSV */
  audit_trial_balance_csv: {
    method: "GET";
    path: "/api/v1/audit/trial-balance.csv";
    parts: undefined;
    query: { position?: number; at?: string };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Accounts near or past a limit, and since when, worst first */
  audit_near_limits: {
    method: "GET";
    path: "/api/v1/audit/near-limits";
    parts: undefined;
    query: { position?: number; at?: string; percent?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Accounts near or past a limit, and since when, worst first, as CSV */
  audit_near_limits_csv: {
    method: "GET";
    path: "/api/v1/audit/near-limits.csv";
    parts: undefined;
    query: { position?: number; at?: string; percent?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers that the system cancelled, and why */
  audit_system_cancellations: {
    method: "GET";
    path: "/api/v1/audit/system-cancellations";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers that the system cancelled, and why, as CSV */
  audit_system_cancellations_csv: {
    method: "GET";
    path: "/api/v1/audit/system-cancellations.csv";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers that were reversed, by whom and why */
  audit_reversals: {
    method: "GET";
    path: "/api/v1/audit/reversals";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers that were reversed, by whom and why, as CSV */
  audit_reversals_csv: {
    method: "GET";
    path: "/api/v1/audit/reversals.csv";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Changes of limits, with reasons */
  audit_limit_changes: {
    method: "GET";
    path: "/api/v1/audit/limit-changes";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Changes of limits, with reasons, as CSV */
  audit_limit_changes_csv: {
    method: "GET";
    path: "/api/v1/audit/limit-changes.csv";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Every event, for what changed since a position */
  audit_changes: {
    method: "GET";
    path: "/api/v1/audit/changes";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Every event, for what changed since a position, as CSV */
  audit_changes_csv: {
    method: "GET";
    path: "/api/v1/audit/changes.csv";
    parts: undefined;
    query: { from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Events newest first: all, of a type, or what concerns an account */
  audit_events: {
    method: "GET";
    path: "/api/v1/audit/events";
    parts: undefined;
    query: { type?: "account-opened" | "account-limits-changed" | "account-standing-changed" | "account-consent-changed" | "fee-rules-changed" | "book-policy-changed" | "transfer-initiated" | "transfer-expiring" | "transfer-completed" | "transfer-cancelled"; account?: string; from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Events newest first: all, of a type, or what concerns an account, as CSV */
  audit_events_csv: {
    method: "GET";
    path: "/api/v1/audit/events.csv";
    parts: undefined;
    query: { type?: "account-opened" | "account-limits-changed" | "account-standing-changed" | "account-consent-changed" | "fee-rules-changed" | "book-policy-changed" | "transfer-initiated" | "transfer-expiring" | "transfer-completed" | "transfer-cancelled"; account?: string; from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers drawn by lot; the same seed draws the same */
  audit_sample: {
    method: "GET";
    path: "/api/v1/audit/sample";
    parts: undefined;
    query: { n?: number; seed?: string | null; from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers drawn by lot; the same seed draws the same, as CSV */
  audit_sample_csv: {
    method: "GET";
    path: "/api/v1/audit/sample.csv";
    parts: undefined;
    query: { n?: number; seed?: string | null; from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Money that goes round among few accounts, most first */
  audit_rings: {
    method: "GET";
    path: "/api/v1/audit/rings";
    parts: undefined;
    query: { length?: number; min_amount?: number | string; from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Money that goes round among few accounts, most first, as CSV */
  audit_rings_csv: {
    method: "GET";
    path: "/api/v1/audit/rings.csv";
    parts: undefined;
    query: { length?: number; min_amount?: number | string; from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers by words in description or reference, newest first */
  audit_search: {
    method: "GET";
    path: "/api/v1/audit/search";
    parts: undefined;
    query: { text?: string | null; from?: string; to?: string; from_position?: number; to_position?: number; after?: string; limit?: number; fields?: Array<"rows" | "next" | "facts"> };
    body: undefined;
    data: AuditRows;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Transfers by words in description or reference, newest first, as CSV */
  audit_search_csv: {
    method: "GET";
    path: "/api/v1/audit/search.csv";
    parts: undefined;
    query: { text?: string | null; from?: string; to?: string; from_position?: number; to_position?: number };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Many commands at once, each judged as if it came alone */
  transfer_batch: {
    method: "POST";
    path: "/api/v1/transfers/batch";
    parts: undefined;
    query: undefined;
    body: TransferBatch;
    data: BatchResults;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused422_8 | Refused429 | Refused500 | Refused503;
  };
  /** What completes at once, without an answer of one's business */
  consent: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/consent";
    parts: { entity_id: string };
    query: { fields?: Array<"rules"> };
    body: undefined;
    data: StandingConsent;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Say what completes at once: the complete list, an empty one revokes all */
  set_consent: {
    method: "PUT";
    path: "/api/v1/user/entities/{entity_id}/consent";
    parts: { entity_id: string };
    query: undefined;
    body: StandingConsent;
    data: StandingConsent;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_10 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused422_9 | Refused429 | Refused500 | Refused503;
  };
  /** What transfers between members cost */
  fees_in_force: {
    method: "GET";
    path: "/api/v1/fees";
    parts: undefined;
    query: { fields?: Array<"accountNumber" | "side" | "fixed" | "basisPoints"> };
    body: undefined;
    data: Array<FeeInForce>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Tags that contain a fragment, by name */
  tags: {
    method: "GET";
    path: "/api/v1/tags";
    parts: undefined;
    query: { page?: number; page_size?: number; fragment?: string | null; after?: string | null; cursor?: string; fields?: Array<"id" | "name" | "label"> };
    body: undefined;
    data: Array<Term>;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
  /** Categories by prefix and fragment, by name */
  categories: {
    method: "GET";
    path: "/api/v1/categories";
    parts: undefined;
    query: { page?: number; page_size?: number; fragment?: string | null; after?: string | null; prefix?: string | null; letter?: string; cursor?: string; fields?: Array<"id" | "name" | "label"> };
    body: undefined;
    data: Array<Term>;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
  /** Create a tag or category */
  create_term: {
    method: "POST";
    path: "/api/v1/admin/{kind}";
    parts: { kind: "tags" | "categories" };
    query: undefined;
    body: TermName;
    data: Term;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_9 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Tags or categories with how many have them */
  counted_terms: {
    method: "GET";
    path: "/api/v1/admin/{kind}";
    parts: { kind: "tags" | "categories" };
    query: { page?: number; page_size?: number; fragment?: string | null; after?: string | null; prefix?: string | null; letter?: string; unused?: boolean; cursor?: string; fields?: Array<"id" | "name" | "label" | "letter" | "createdAt" | "offers" | "wants" | "businesses" | "holders"> };
    body: undefined;
    data: Array<CountedTerm>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_11 | Refused429 | Refused500 | Refused503;
  };
  /** Rename a tag or category for everybody who has it; the name of another one merges both */
  rename_term: {
    method: "PATCH";
    path: "/api/v1/admin/{kind}/{term_id}";
    parts: { kind: "tags" | "categories"; term_id: string };
    query: undefined;
    body: TermName;
    data: TermChanged;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_12 | Refused409_9 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Remove a tag or category from everybody who has it */
  remove_term: {
    method: "DELETE";
    path: "/api/v1/admin/{kind}/{term_id}";
    parts: { kind: "tags" | "categories"; term_id: string };
    query: undefined;
    body: undefined;
    data: TermChanged;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_12 | Refused409_10 | Refused412_2 | Refused429 | Refused500 | Refused503;
  };
  /** One tag or category, and how many a change would touch */
  counted_term: {
    method: "GET";
    path: "/api/v1/admin/{kind}/{term_id}";
    parts: { kind: "tags" | "categories"; term_id: string };
    query: { fields?: Array<"id" | "name" | "label" | "letter" | "createdAt" | "offers" | "wants" | "businesses" | "holders"> };
    body: undefined;
    data: CountedTerm;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_12 | Refused429 | Refused500 | Refused503;
  };
  /** Make several tags or categories one */
  merge_terms: {
    method: "POST";
    path: "/api/v1/admin/{kind}/merges";
    parts: { kind: "tags" | "categories" };
    query: undefined;
    body: TermMerge;
    data: TermChanged;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_13 | Refused409_10 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Events that concern the caller, oldest first, from a cursor on; waited for, or as a stream */
  events: {
    method: "GET";
    path: "/api/v1/events";
    parts: undefined;
    query: { cursor?: string | null; since?: "beginning" | null; wait?: number; types?: string | null; querying_entity_id?: string | null; limit?: number; fields?: Array<"specversion" | "id" | "source" | "type" | "time" | "subject" | "sequence" | "partitionkey" | "correlationid" | "causationid" | "actor" | "onbehalfof" | "data"> };
    body: undefined;
    data: Array<Event>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_11 | Refused410 | Refused429_3 | Refused500 | Refused503_5;
  };
  /** Which parts answer */
  health: {
    method: "GET";
    path: "/api/v1/health";
    parts: undefined;
    query: { fields?: Array<"status" | "parts"> };
    body: undefined;
    data: Health;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
  /** How full the machine is: disk */
  machine_disk: {
    method: "GET";
    path: "/api/v1/disk";
    parts: undefined;
    query: { fields?: Array<"status" | "percent"> };
    body: undefined;
    data: GaugeRead;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503_6;
  };
  /** How full the machine is: cpu */
  machine_cpu: {
    method: "GET";
    path: "/api/v1/cpu";
    parts: undefined;
    query: { fields?: Array<"status" | "percent"> };
    body: undefined;
    data: GaugeRead;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503_6;
  };
  /** How full the machine is: ram */
  machine_ram: {
    method: "GET";
    path: "/api/v1/ram";
    parts: undefined;
    query: { fields?: Array<"status" | "percent"> };
    body: undefined;
    data: GaugeRead;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503_6;
  };
  /** Settings of the network that everybody may know */
  network_settings: {
    method: "GET";
    path: "/api/v1/network";
    parts: undefined;
    query: { fields?: Array<"name" | "unitName" | "welcome" | "legalTexts" | "unit" | "publicUrl" | "termsVersion" | "termsUrl" | "recaptchaSiteKey"> };
    body: undefined;
    data: NetworkSettings;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
  /** Numbers that lead to the lists behind them */
  overview: {
    method: "GET";
    path: "/api/v1/admin/overview";
    parts: undefined;
    query: { fields?: Array<"joining" | "applying" | "trading" | "mail" | "ledger"> };
    body: undefined;
    data: Overview;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** The statement of a period, a page at a time, newest first */
  statement: {
    method: "GET";
    path: "/api/v1/statement";
    parts: undefined;
    query: { querying_entity_id: string; from?: string; to?: string; from_position?: number; to_position?: number; before?: number; after?: number; limit?: number; counterparty?: string; text?: string; min_amount?: number | string; max_amount?: number | string; sign?: "in" | "out"; fields?: Array<"accountNumber" | "from" | "to" | "fromPosition" | "toPosition" | "openingBalance" | "closingBalance" | "totals" | "entries" | "next" | "previous"> };
    body: undefined;
    data: Statement;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_4 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** Balance, limits and standing of one's own business as of an instant or a position */
  balance_then: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/balance";
    parts: { entity_id: string };
    query: { at?: string; position?: number; fields?: Array<"position" | "at" | "balance" | "maxPositiveBalance" | "maxNegativeBalance" | "standing"> };
    body: undefined;
    data: BalanceThen;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_10 | Refused422_3 | Refused429 | Refused500 | Refused503;
  };
  /** What was decided about the account of one's own business: limits, standing, consent; newest first */
  account_history: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/account-history";
    parts: { entity_id: string };
    query: { before?: number; limit?: number; type?: "opened" | "limits" | "standing" | "consent"; fields?: Array<"changes" | "next"> };
    body: undefined;
    data: AccountHistory;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_10 | Refused429 | Refused500 | Refused503;
  };
  /** Check a CSV file of members: a dry run that changes nothing */
  check_import: {
    method: "POST";
    path: "/api/v1/admin/imports";
    parts: undefined;
    query: undefined;
    body: NewImport;
    data: Import;
    code: Refused400_7 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused422_10 | Refused429 | Refused500 | Refused503;
  };
  /** The last files of members, newest first */
  imports: {
    method: "GET";
    path: "/api/v1/admin/imports";
    parts: undefined;
    query: { fields?: Array<"id" | "name" | "state" | "mode" | "invite" | "rows" | "bad" | "imported" | "createdAt" | "finishedAt"> };
    body: undefined;
    data: Array<Import>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** How far an import is */
  import_: {
    method: "GET";
    path: "/api/v1/admin/imports/{import_id}";
    parts: { import_id: string };
    query: { fields?: Array<"id" | "name" | "state" | "mode" | "invite" | "rows" | "bad" | "imported" | "createdAt" | "finishedAt"> };
    body: undefined;
    data: Import;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_14 | Refused429 | Refused500 | Refused503;
  };
  /** Let the rest of an import be; who became a member stays one */
  stop_import: {
    method: "DELETE";
    path: "/api/v1/admin/imports/{import_id}";
    parts: { import_id: string };
    query: undefined;
    body: undefined;
    data: Import;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_14 | Refused409_2 | Refused412_2 | Refused429 | Refused500 | Refused503;
  };
  /** What is wrong with which rows, and what to do about it */
  import_errors: {
    method: "GET";
    path: "/api/v1/admin/imports/{import_id}/errors";
    parts: { import_id: string };
    query: { after?: number; limit?: number; fields?: Array<"rows" | "next"> };
    body: undefined;
    data: ImportErrors;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_14 | Refused429 | Refused500 | Refused503;
  };
  /** Let a checked file become members: all or nothing, or row by row */
  start_import: {
    method: "POST";
    path: "/api/v1/admin/imports/{import_id}/start";
    parts: { import_id: string };
    query: undefined;
    body: ImportStart;
    data: Import;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_14 | Refused409_11 | Refused412 | Refused413 | Refused415 | Refused422_11 | Refused429 | Refused500 | Refused503;
  };
  /** The community as a zip of CSVs, without secrets and private marks */
  community_export: {
    method: "GET";
    path: "/api/v1/admin/community-export";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Blob;
    code: Refused400_3 | Refused401_4 | Refused403_12 | Refused429 | Refused500 | Refused503;
  };
  /** What a business of one's own has marked, newest first */
  favourites: {
    method: "GET";
    path: "/api/v1/favorites";
    parts: undefined;
    query: { page?: number; page_size?: number; after?: string | null; querying_entity_id: string; cursor?: string; fields?: Array<"id" | "accountNumber" | "name" | "email" | "telephone" | "incType" | "companyNumber" | "website" | "declaredTurnover" | "description" | "address" | "city" | "region" | "postalCode" | "country" | "status" | "offers" | "wants" | "categories" | "createdAt" | "memberStartedAt" | "place" | "picture" | "contactable" | "why" | "isFavorite" | "distanceKm"> };
    body: undefined;
    data: Array<Entity>;
    code: Refused400_4 | Refused401_4 | Refused403_6 | Refused404_3 | Refused429 | Refused500 | Refused503;
  };
  /** Mark a business, or take the mark away */
  set_favourite: {
    method: "POST";
    path: "/api/v1/favorites";
    parts: undefined;
    query: undefined;
    body: NewFavourite;
    data: Favourite;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused422_12 | Refused429 | Refused500 | Refused503;
  };
  /** Mail a text to a business whose address is hidden */
  send_email: {
    method: "POST";
    path: "/api/v1/send-email";
    parts: undefined;
    query: undefined;
    body: NewMessage;
    data: Record<string, unknown>;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused422_13 | Refused429_4 | Refused500 | Refused503;
  };
  /** Say by the link in a message that it should not have been sent */
  report_contact: {
    method: "POST";
    path: "/api/v1/contact-reports/{token}";
    parts: { token: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401 | Refused403 | Refused404 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The private note of a business of one's own about another one */
  note: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/notes/{other_id}";
    parts: { entity_id: string; other_id: string };
    query: { fields?: Array<"text" | "editedBy" | "editedAt"> };
    body: undefined;
    data: Note;
    code: Refused400_4 | Refused401_4 | Refused403_6 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Keep a private note about a business */
  keep_note: {
    method: "PUT";
    path: "/api/v1/user/entities/{entity_id}/notes/{other_id}";
    parts: { entity_id: string; other_id: string };
    query: undefined;
    body: NoteText;
    data: Note;
    code: Refused400_2 | Refused401_4 | Refused403_5 | Refused404_2 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** The newest signed head of the ledger */
  ledger_head: {
    method: "GET";
    path: "/api/v1/ledger/head";
    parts: undefined;
    query: { fields?: Array<"book" | "number" | "size" | "root" | "hash" | "sum" | "accounts" | "time" | "kid" | "jws"> };
    body: undefined;
    data: Head;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_15 | Refused429 | Refused500 | Refused503;
  };
  /** All signed heads, newest first */
  ledger_heads: {
    method: "GET";
    path: "/api/v1/ledger/heads";
    parts: undefined;
    query: { before?: number; limit?: number; fields?: Array<"heads" | "next"> };
    body: undefined;
    data: Heads;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
  /** The public keys that heads are signed with, old ones too */
  ledger_keys: {
    method: "GET";
    path: "/api/v1/ledger/keys";
    parts: undefined;
    query: { fields?: Array<"keys"> };
    body: undefined;
    data: HeadKeys;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
  /** Proof that an event lies in the signed ledger */
  ledger_inclusion: {
    method: "GET";
    path: "/api/v1/ledger/inclusion";
    parts: undefined;
    query: { position: number; size?: number; fields?: Array<"book" | "position" | "size" | "leaf" | "path" | "root" | "head"> };
    body: undefined;
    data: Inclusion;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_9 | Refused429 | Refused500 | Refused503_7;
  };
  /** Proof that nothing was changed between two sizes */
  ledger_consistency: {
    method: "GET";
    path: "/api/v1/ledger/consistency";
    parts: undefined;
    query: { first: number; second?: number; fields?: Array<"book" | "first" | "second" | "firstRoot" | "secondRoot" | "path"> };
    body: undefined;
    data: Consistency;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_9 | Refused429 | Refused500 | Refused503_7;
  };
  /** Proof that a transfer of one's own lies in the signed ledger */
  transfer_proof: {
    method: "GET";
    path: "/api/v1/transfers/{transfer_id}/proof";
    parts: { transfer_id: string };
    query: { size?: number; fields?: Array<"book" | "transferId" | "size" | "root" | "head" | "events"> };
    body: undefined;
    data: TransferProof;
    code: Refused400_4 | Refused401_4 | Refused403_8 | Refused404_16 | Refused429 | Refused500 | Refused503_7;
  };
  /** What the statement with this code says, to compare with the paper */
  statement_checked: {
    method: "GET";
    path: "/api/v1/statement-codes/{code}";
    parts: { code: string };
    query: { fields?: Array<"code" | "book" | "unit" | "accountNumber" | "from" | "to" | "fromPosition" | "toPosition" | "openingBalance" | "closingBalance" | "entries" | "paid" | "received" | "madeAt" | "holds" | "head" | "path" | "leaf"> };
    body: undefined;
    data: StatementChecked;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_17 | Refused429 | Refused500 | Refused503_7;
  };
  /** Trading loops with one's own business, the best first */
  loops: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/loops";
    parts: { entity_id: string };
    query: { limit?: number; fields?: Array<"id" | "score" | "open" | "members" | "gives" | "farthestKm" | "agreedAt"> };
    body: undefined;
    data: Array<Loop>;
    code: Refused400_4 | Refused401_4 | Refused403_13 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** One loop: who gives what to whom, and who is interested */
  loop: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/loops/{loop_id}";
    parts: { entity_id: string; loop_id: string };
    query: { fields?: Array<"id" | "score" | "open" | "members" | "gives" | "farthestKm" | "agreedAt"> };
    body: undefined;
    data: Loop;
    code: Refused400_4 | Refused401_4 | Refused403_13 | Refused404_18 | Refused429 | Refused500 | Refused503;
  };
  /** Say that one's business is interested in a loop */
  say_interest: {
    method: "POST";
    path: "/api/v1/user/entities/{entity_id}/loops/{loop_id}/interest";
    parts: { entity_id: string; loop_id: string };
    query: undefined;
    body: undefined;
    data: Loop;
    code: Refused400_6 | Refused401_4 | Refused403_14 | Refused404_18 | Refused409_12 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Be interested no more */
  take_interest_back: {
    method: "DELETE";
    path: "/api/v1/user/entities/{entity_id}/loops/{loop_id}/interest";
    parts: { entity_id: string; loop_id: string };
    query: undefined;
    body: undefined;
    data: Loop;
    code: Refused400_6 | Refused401_4 | Refused403_14 | Refused404_18 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Mails by state, each with why its last try failed */
  mails: {
    method: "GET";
    path: "/api/v1/admin/mail";
    parts: undefined;
    query: { page?: number; page_size?: number; after?: string | null; state?: "queued" | "sending" | "sent" | "failed" | "dead" | "expired" | "discarded"; cursor?: string; fields?: Array<"id" | "kind" | "entityID" | "state" | "tries" | "error" | "createdAt" | "sentAt" | "diedAt" | "dueAt" | "mayRetry" | "mayDiscard" | "spent"> };
    body: undefined;
    data: Array<Mail>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** How many mails wait, failed, were given up */
  mail_summary: {
    method: "GET";
    path: "/api/v1/admin/mail/summary";
    parts: undefined;
    query: { fields?: Array<"queued" | "sending" | "sent" | "failed" | "dead" | "expired" | "discarded"> };
    body: undefined;
    data: MailCounts;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Try a mail again now, or never send it */
  decide_mail: {
    method: "POST";
    path: "/api/v1/admin/mail/{message_id}/{action}";
    parts: { action: "retry" | "discard"; message_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_13 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The kinds of mail: how each is told, and to whom */
  mail_kinds: {
    method: "GET";
    path: "/api/v1/admin/mail/kinds";
    parts: undefined;
    query: { fields?: Array<"kinds" | "languages"> };
    body: undefined;
    data: MailKinds;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** How a kind of mail reads, with made up facts */
  mail_preview: {
    method: "GET";
    path: "/api/v1/admin/mail/kinds/{kind}/preview";
    parts: { kind: string };
    query: { language?: string | null; fields?: Array<"subject" | "text" | "html" | "notice"> };
    body: undefined;
    data: MailPreview;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_11 | Refused429 | Refused500 | Refused503;
  };
  /** Addresses that are not written to any more */
  suppressions: {
    method: "POST";
    path: "/api/v1/admin/mail/suppressions/search";
    parts: undefined;
    query: undefined;
    body: SuppressionSearch;
    data: Array<Suppression>;
    code: Refused400_2 | Refused401_4 | Refused403_3 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Write to an address again */
  remove_suppression: {
    method: "DELETE";
    path: "/api/v1/admin/mail/suppressions/{digest}";
    parts: { digest: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Leads and suppliers of one's own business, the best first, each with why */
  matches: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/matches";
    parts: { entity_id: string };
    query: { since?: string; limit?: number; fields?: Array<"leads" | "suppliers" | "couldTradeUpTo" | "since"> };
    body: undefined;
    data: Matches;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** What one's business called not relevant, newest first */
  hidden_matches: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/matches/not-relevant";
    parts: { entity_id: string };
    query: { fields?: Array<"id" | "entityID" | "name" | "mine" | "theirs" | "side" | "createdAt"> };
    body: undefined;
    data: Array<Feedback>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** A match is not relevant: do not show it again */
  hide_match: {
    method: "POST";
    path: "/api/v1/user/entities/{entity_id}/matches/not-relevant";
    parts: { entity_id: string };
    query: undefined;
    body: NewFeedback;
    data: Feedback;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_2 | Refused409_14 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** It was relevant after all: show it again */
  show_match_again: {
    method: "DELETE";
    path: "/api/v1/user/entities/{entity_id}/matches/not-relevant/{feedback_id}";
    parts: { entity_id: string; feedback_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_19 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** One of the legal texts of the network */
  legal_text: {
    method: "GET";
    path: "/api/v1/network/texts/{which}";
    parts: { which: "terms" | "privacy" | "imprint" };
    query: { fields?: Array<"name" | "text"> };
    body: undefined;
    data: LegalText;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_20 | Refused429 | Refused500 | Refused503;
  };
  /** Name, unit and texts of the network */
  network_texts: {
    method: "GET";
    path: "/api/v1/admin/network";
    parts: undefined;
    query: { fields?: Array<"name" | "unitName" | "welcome" | "terms" | "privacy" | "imprint" | "changedAt"> };
    body: undefined;
    data: NetworkTexts;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Change name, unit and texts of the network */
  change_network_texts: {
    method: "PATCH";
    path: "/api/v1/admin/network";
    parts: undefined;
    query: undefined;
    body: NetworkTextChanges;
    data: NetworkTexts;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** What one was told, and one's businesses, newest first */
  notices: {
    method: "GET";
    path: "/api/v1/notices";
    parts: undefined;
    query: { page?: number; page_size?: number; after?: string | null; cursor?: string; fields?: Array<"id" | "kind" | "text" | "path" | "entityID" | "createdAt" | "read"> };
    body: undefined;
    data: Array<Notice>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** How many notices one has not read */
  unread_notices: {
    method: "GET";
    path: "/api/v1/notices/unread";
    parts: undefined;
    query: { fields?: Array<"unread"> };
    body: undefined;
    data: Unread;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** One has read this */
  read_notice: {
    method: "POST";
    path: "/api/v1/notices/{notice_id}/read";
    parts: { notice_id: string };
    query: undefined;
    body: undefined;
    data: Notice;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** One has read all of them */
  read_all_notices: {
    method: "POST";
    path: "/api/v1/notices/read-all";
    parts: undefined;
    query: undefined;
    body: ReadUntil;
    data: Record<string, unknown>;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** What one's business wants to hear of, by which channel, and when */
  notification_preferences: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/notifications";
    parts: { entity_id: string };
    query: { fields?: Array<"groups" | "quietHours" | "digestHour" | "timeZone" | "language" | "languages"> };
    body: undefined;
    data: ToldPreferences;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Choose it, all at once */
  choose_notifications: {
    method: "PUT";
    path: "/api/v1/user/entities/{entity_id}/notifications";
    parts: { entity_id: string };
    query: undefined;
    body: ToldPreferences;
    data: ToldPreferences;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_2 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** What the link of a mail stops */
  unsubscription: {
    method: "GET";
    path: "/api/v1/unsubscriptions/{token}";
    parts: { token: string };
    query: { fields?: Array<"group" | "name" | "stopped" | "allStopped"> };
    body: undefined;
    data: Unsubscription;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_21 | Refused429 | Refused500 | Refused503;
  };
  /** Stop it: the link says whose mails */
  unsubscribe: {
    method: "POST";
    path: "/api/v1/unsubscriptions/{token}";
    parts: { token: string };
    query: undefined;
    body: Stop;
    data: Unsubscription;
    code: Refused400_2 | Refused401 | Refused403 | Refused404_21 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Who belongs to one's business, and who is invited to */
  members: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/members";
    parts: { entity_id: string };
    query: { fields?: Array<"members" | "invitations"> };
    body: undefined;
    data: People;
    code: Refused400_4 | Refused401_4 | Refused403_6 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Let somebody do more or less for one's business */
  change_member: {
    method: "PATCH";
    path: "/api/v1/user/entities/{entity_id}/members/{user_id}";
    parts: { entity_id: string; user_id: string };
    query: undefined;
    body: Part;
    data: Member;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_22 | Refused409_15 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Remove somebody from one's business (owners), or leave it (everybody) */
  remove_member: {
    method: "DELETE";
    path: "/api/v1/user/entities/{entity_id}/members/{user_id}";
    parts: { entity_id: string; user_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_5 | Refused404_22 | Refused409_15 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Mail somebody a link to join one's business by */
  invite: {
    method: "POST";
    path: "/api/v1/user/entities/{entity_id}/invitations";
    parts: { entity_id: string };
    query: undefined;
    body: NewInvitation;
    data: Invitation;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_2 | Refused409_16 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Take an invitation back */
  revoke_invitation: {
    method: "DELETE";
    path: "/api/v1/user/entities/{entity_id}/invitations/{invitation_id}";
    parts: { entity_id: string; invitation_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_5 | Refused404_23 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** What a mailed invitation offers */
  invitation: {
    method: "GET";
    path: "/api/v1/invitations/{token}";
    parts: { token: string };
    query: { fields?: Array<"role" | "viewOnly" | "maxAmount" | "entityName" | "email" | "hasLogin" | "expiresAt"> };
    body: undefined;
    data: Offered;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_24 | Refused429 | Refused500 | Refused503;
  };
  /** Join a business by a mailed invitation */
  accept_invitation: {
    method: "POST";
    path: "/api/v1/invitations/{token}/accept";
    parts: { token: string };
    query: undefined;
    body: undefined;
    data: Member;
    code: Refused400_6 | Refused401_4 | Refused403_15 | Refused404_24 | Refused409_16 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Sign up with the invited address, without a business of one's own */
  sign_up_by_invitation: {
    method: "POST";
    path: "/api/v1/invitations/{token}/signup";
    parts: { token: string };
    query: undefined;
    body: InvitedPerson;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401 | Refused403 | Refused404_24 | Refused409_17 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** With which limits accounts begin, and when proposals expire */
  policy: {
    method: "GET";
    path: "/api/v1/admin/policy";
    parts: undefined;
    query: { fields?: Array<"defaultMaxNegativeBalance" | "defaultMaxPositiveBalance" | "expiresAfterDays" | "reminderDays" | "warningPercent" | "unit"> };
    body: undefined;
    data: Policy;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Change with which limits accounts begin, and when proposals expire */
  change_policy: {
    method: "PATCH";
    path: "/api/v1/admin/policy";
    parts: undefined;
    query: undefined;
    body: PolicyChanges;
    data: Policy;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** What was changed of these settings, by whom and why */
  policy_changes: {
    method: "GET";
    path: "/api/v1/admin/policy/changes";
    parts: undefined;
    query: { before?: number; limit?: number; fields?: Array<"changes" | "next"> };
    body: undefined;
    data: LedgerChanges;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** What transfers cost */
  fees: {
    method: "GET";
    path: "/api/v1/admin/fees";
    parts: undefined;
    query: { fields?: Array<"rules"> };
    body: undefined;
    data: Fees;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Replace what transfers cost */
  set_fees: {
    method: "PUT";
    path: "/api/v1/admin/fees";
    parts: undefined;
    query: undefined;
    body: NewFees;
    data: Fees;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_4 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused422_14 | Refused429 | Refused500 | Refused503;
  };
  /** What was changed of the fees, by whom and why */
  fee_changes: {
    method: "GET";
    path: "/api/v1/admin/fees/changes";
    parts: undefined;
    query: { before?: number; limit?: number; fields?: Array<"changes" | "next"> };
    body: undefined;
    data: LedgerChanges;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Who would be outside if limits were others */
  simulate_limits: {
    method: "POST";
    path: "/api/v1/admin/limit-simulations";
    parts: undefined;
    query: undefined;
    body: LimitSimulation;
    data: LimitsSimulated;
    code: Refused400_2 | Refused401_4 | Refused403_3 | Refused404_4 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** One account by its number */
  ledger_account: {
    method: "GET";
    path: "/api/v1/admin/accounts/{account_number}";
    parts: { account_number: string };
    query: { fields?: Array<"balance" | "maxPositiveBalance" | "maxNegativeBalance" | "canPay" | "canReceive" | "standing" | "level" | "closing" | "outsideLimits" | "accountNumber" | "entityID" | "entityName"> };
    body: undefined;
    data: LedgerAccount;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_25 | Refused429 | Refused500 | Refused503;
  };
  /** Balance and limits of an account as of a position, or an instant */
  account_then: {
    method: "GET";
    path: "/api/v1/admin/accounts/{account_number}/balance";
    parts: { account_number: string };
    query: { at?: string; position?: number; fields?: Array<"accountNumber" | "position" | "at" | "balance" | "maxNegativeBalance" | "maxPositiveBalance" | "standing"> };
    body: undefined;
    data: AccountThen;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_25 | Refused429 | Refused500 | Refused503;
  };
  /** How an account came to be as it is: opening, limits, standing, consent */
  account_changes: {
    method: "GET";
    path: "/api/v1/admin/accounts/{account_number}/changes";
    parts: { account_number: string };
    query: { before?: number; limit?: number; type?: "opened" | "limits" | "standing" | "consent"; fields?: Array<"changes" | "next"> };
    body: undefined;
    data: LedgerChanges;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_25 | Refused429 | Refused500 | Refused503;
  };
  /** Replace the picture of one's own business */
  set_picture: {
    method: "PUT";
    path: "/api/v1/user/entities/{entity_id}/picture";
    parts: { entity_id: string };
    query: undefined;
    body: Blob;
    data: Entity;
    code: Refused400_5 | Refused401_4 | Refused403_5 | Refused404_2 | Refused409_3 | Refused412 | Refused413 | Refused429 | Refused500 | Refused503;
  };
  /** Have no picture any more */
  remove_picture: {
    method: "DELETE";
    path: "/api/v1/user/entities/{entity_id}/picture";
    parts: { entity_id: string };
    query: undefined;
    body: undefined;
    data: Entity;
    code: Refused400_6 | Refused401_4 | Refused403_5 | Refused404_2 | Refused409_3 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** What one has agreed to, oldest first */
  consents: {
    method: "GET";
    path: "/api/v1/user/consents";
    parts: undefined;
    query: { fields?: Array<"document" | "version" | "at" | "entityID"> };
    body: undefined;
    data: Array<Consent>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Agree to a version of the terms */
  agree: {
    method: "POST";
    path: "/api/v1/user/consents";
    parts: undefined;
    query: undefined;
    body: Consent;
    data: Array<Consent>;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Everything that is known of oneself, as a zip */
  own_data: {
    method: "GET";
    path: "/api/v1/user/personal-data";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Blob;
    code: Refused400_3 | Refused401_4 | Refused403_12 | Refused429 | Refused500 | Refused503;
  };
  /** Everything that is known of one's own business, as a zip */
  own_entity_data: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/personal-data";
    parts: { entity_id: string };
    query: undefined;
    body: undefined;
    data: Blob;
    code: Refused400_3 | Refused401_4 | Refused403_16 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Close one's own business for good */
  close_own: {
    method: "POST";
    path: "/api/v1/user/entities/{entity_id}/closing";
    parts: { entity_id: string };
    query: undefined;
    body: Closing;
    data: Closed;
    code: Refused400 | Refused401_4 | Refused403_17 | Refused404_2 | Refused409_18 | Refused412 | Refused413 | Refused415 | Refused422_7 | Refused429 | Refused500 | Refused503;
  };
  /** End one's own login for good */
  close_login: {
    method: "POST";
    path: "/api/v1/user/closing";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401_4 | Refused403_11 | Refused409_19 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Everything that is known of a business, as a zip */
  entity_data: {
    method: "GET";
    path: "/api/v1/admin/entities/{entity_id}/personal-data";
    parts: { entity_id: string };
    query: undefined;
    body: undefined;
    data: Blob;
    code: Refused400_3 | Refused401_4 | Refused403_12 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Everything that is known of a person, as a zip */
  user_data: {
    method: "GET";
    path: "/api/v1/admin/users/{user_id}/personal-data";
    parts: { user_id: string };
    query: undefined;
    body: undefined;
    data: Blob;
    code: Refused400_3 | Refused401_4 | Refused403_12 | Refused404_7 | Refused429 | Refused500 | Refused503;
  };
  /** Close a business for good, with a reason */
  close_entity: {
    method: "POST";
    path: "/api/v1/admin/entities/{entity_id}/closing";
    parts: { entity_id: string };
    query: undefined;
    body: Closing;
    data: Closed;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_2 | Refused409_18 | Refused412 | Refused413 | Refused415 | Refused422_7 | Refused429 | Refused500 | Refused503;
  };
  /** What one's business looks for all the time, newest first */
  searches: {
    method: "GET";
    path: "/api/v1/user/entities/{entity_id}/searches";
    parts: { entity_id: string };
    query: { fields?: Array<"id" | "text" | "side" | "maxKm" | "category" | "createdAt" | "found"> };
    body: undefined;
    data: Array<Search>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Keep one more search */
  save_search: {
    method: "POST";
    path: "/api/v1/user/entities/{entity_id}/searches";
    parts: { entity_id: string };
    query: undefined;
    body: NewSearch;
    data: Search;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_2 | Refused409_20 | Refused412 | Refused413 | Refused415 | Refused422_15 | Refused429 | Refused500 | Refused503;
  };
  /** Be told of nothing more for a search */
  delete_search: {
    method: "DELETE";
    path: "/api/v1/user/entities/{entity_id}/searches/{search_id}";
    parts: { entity_id: string; search_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_26 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Show that it is still you: for ten minutes this session may do what is sensitive */
  verify_session: {
    method: "POST";
    path: "/api/v1/session/verification";
    parts: undefined;
    query: undefined;
    body: Verification;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401_4 | Refused403_18 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** Another password, by the current one; all other sessions end */
  change_password: {
    method: "POST";
    path: "/api/v1/password-change";
    parts: undefined;
    query: undefined;
    body: PasswordChange;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401_4 | Refused403_18 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** The same for administrators, coordinators and auditors */
  change_admin_password: {
    method: "POST";
    path: "/api/v1/admin/password-change";
    parts: undefined;
    query: undefined;
    body: PasswordChange;
    data: Record<string, unknown>;
    code: Refused400_2 | Refused401_4 | Refused403_18 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** Where you are logged in, the one used last first */
  sessions: {
    method: "GET";
    path: "/api/v1/sessions";
    parts: undefined;
    query: { fields?: Array<"id" | "device" | "address" | "openedAt" | "usedAt" | "current"> };
    body: undefined;
    data: Array<LivingSession>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** End all your sessions but this one */
  end_other_sessions: {
    method: "DELETE";
    path: "/api/v1/sessions";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Ended;
    code: Refused400_3 | Refused401_4 | Refused403_3 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** End one of your sessions */
  end_session: {
    method: "DELETE";
    path: "/api/v1/sessions/{handle}";
    parts: { handle: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401_4 | Refused403_3 | Refused404_27 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Whether your login asks for a code */
  two_factor: {
    method: "GET";
    path: "/api/v1/two-factor";
    parts: undefined;
    query: { fields?: Array<"on" | "since" | "recoveryCodesLeft" | "required"> };
    body: undefined;
    data: TwoFactor;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** A secret for an app; it counts when it is confirmed. Needs a verified session */
  begin_two_factor: {
    method: "POST";
    path: "/api/v1/two-factor";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: TwoFactorSecret;
    code: Refused400_3 | Refused401_4 | Refused403_11 | Refused409_21 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Your login asks for no code any more. Needs a verified session */
  switch_two_factor_off: {
    method: "DELETE";
    path: "/api/v1/two-factor";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401_4 | Refused403_11 | Refused409_21 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The app shows this code: from now on your login asks for one */
  confirm_two_factor: {
    method: "POST";
    path: "/api/v1/two-factor/confirmation";
    parts: undefined;
    query: undefined;
    body: Code;
    data: RecoveryCodes;
    code: Refused400_2 | Refused401_4 | Refused403_18 | Refused409_21 | Refused412 | Refused413 | Refused415 | Refused429_2 | Refused500 | Refused503;
  };
  /** Ten new recovery codes; those before work no more. Needs a verified session */
  renew_recovery_codes: {
    method: "POST";
    path: "/api/v1/recovery-codes";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: RecoveryCodes;
    code: Refused400_3 | Refused401_4 | Refused403_11 | Refused409_21 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Remove the second factor of somebody who lost it; all their sessions end */
  reset_two_factor: {
    method: "POST";
    path: "/api/v1/admin/users/{user_id}/two-factor/reset";
    parts: { user_id: string };
    query: undefined;
    body: Reason;
    data: Record<string, unknown>;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_7 | Refused409_22 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Service accounts with their tokens, by name */
  service_accounts: {
    method: "GET";
    path: "/api/v1/admin/service-accounts";
    parts: undefined;
    query: { fields?: Array<"id" | "name" | "purpose" | "scopes" | "madeBy" | "madeByName" | "createdAt" | "disabledAt" | "lastUsedAt" | "tokens"> };
    body: undefined;
    data: Array<ServiceAccount>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Make a service account, which programs act as by tokens of its own */
  create_service_account: {
    method: "POST";
    path: "/api/v1/admin/service-accounts";
    parts: undefined;
    query: undefined;
    body: NewServiceAccount;
    data: ServiceAccount;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused409_23 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** A service account with its tokens */
  service_account: {
    method: "GET";
    path: "/api/v1/admin/service-accounts/{service_account_id}";
    parts: { service_account_id: string };
    query: { fields?: Array<"id" | "name" | "purpose" | "scopes" | "madeBy" | "madeByName" | "createdAt" | "disabledAt" | "lastUsedAt" | "tokens"> };
    body: undefined;
    data: ServiceAccount;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_28 | Refused429 | Refused500 | Refused503;
  };
  /** Change a service account, disable it (which revokes its tokens) or enable it */
  change_service_account: {
    method: "PATCH";
    path: "/api/v1/admin/service-accounts/{service_account_id}";
    parts: { service_account_id: string };
    query: undefined;
    body: ServiceAccountChanges;
    data: ServiceAccount;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_28 | Refused409_24 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Delete a service account with its tokens */
  remove_service_account: {
    method: "DELETE";
    path: "/api/v1/admin/service-accounts/{service_account_id}";
    parts: { service_account_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_11 | Refused404_28 | Refused409_2 | Refused412_2 | Refused429 | Refused500 | Refused503;
  };
  /** Make a token of a service account: its secret is in this answer alone */
  create_service_account_token: {
    method: "POST";
    path: "/api/v1/admin/service-accounts/{service_account_id}/tokens";
    parts: { service_account_id: string };
    query: undefined;
    body: NewServiceAccountToken;
    data: CreatedServiceAccountToken;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_28 | Refused409_25 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Revoke a token of a service account, at once and everywhere */
  revoke_service_account_token: {
    method: "DELETE";
    path: "/api/v1/admin/service-accounts/{service_account_id}/tokens/{token_id}";
    parts: { service_account_id: string; token_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_29 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Administrators, coordinators, auditors */
  staff: {
    method: "GET";
    path: "/api/v1/admin/staff";
    parts: undefined;
    query: { fields?: Array<"id" | "email" | "firstName" | "lastName" | "telephone" | "createdAt" | "lastLoginIP" | "lastLoginDate" | "kind" | "suspended" | "expiresAt"> };
    body: undefined;
    data: Array<Staff>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Invite somebody to work for the network */
  create_staff: {
    method: "POST";
    path: "/api/v1/admin/staff";
    parts: undefined;
    query: undefined;
    body: NewStaff;
    data: Staff;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused409 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Stop a login of the staff, let it go on, set its last day */
  change_staff: {
    method: "PATCH";
    path: "/api/v1/admin/staff/{user_id}";
    parts: { user_id: string };
    query: undefined;
    body: StaffChanges;
    data: Staff;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_7 | Refused409_26 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Remove a login of the staff for good */
  remove_staff: {
    method: "DELETE";
    path: "/api/v1/admin/staff/{user_id}";
    parts: { user_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_11 | Refused404_7 | Refused409_26 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Mail a fresh link to set the password by */
  invite_staff_again: {
    method: "POST";
    path: "/api/v1/admin/staff/{user_id}/invitation";
    parts: { user_id: string };
    query: undefined;
    body: undefined;
    data: Staff;
    code: Refused400_6 | Refused401_4 | Refused403_11 | Refused404_7 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Stop a member's login, or let it go on */
  suspend_user: {
    method: "PUT";
    path: "/api/v1/admin/users/{user_id}/suspension";
    parts: { user_id: string };
    query: undefined;
    body: Suspension;
    data: Staff;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_7 | Refused409_27 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Make a user a member of a business */
  link_member: {
    method: "PUT";
    path: "/api/v1/admin/entities/{entity_id}/members/{user_id}";
    parts: { entity_id: string; user_id: string };
    query: undefined;
    body: Part;
    data: Member;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_30 | Refused409_28 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Take a user out of a business */
  unlink_member: {
    method: "DELETE";
    path: "/api/v1/admin/entities/{entity_id}/members/{user_id}";
    parts: { entity_id: string; user_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_22 | Refused409_15 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Act for a member in this session, at most an hour */
  act_for: {
    method: "PUT";
    path: "/api/v1/admin/acting";
    parts: undefined;
    query: undefined;
    body: Acting;
    data: ActingUntil;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused404_31 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Act for nobody any more */
  act_for_nobody: {
    method: "DELETE";
    path: "/api/v1/admin/acting";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The statement of a period as CSV, oldest first */
  statement_csv: {
    method: "GET";
    path: "/api/v1/statement.csv";
    parts: undefined;
    query: { from?: string; to?: string; querying_entity_id: string };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_4 | Refused422_16 | Refused429 | Refused500 | Refused503;
  };
  /** The statement of a period as PDF, oldest first */
  statement_pdf: {
    method: "GET";
    path: "/api/v1/statement.pdf";
    parts: undefined;
    query: { from?: string; to?: string; querying_entity_id: string };
    body: undefined;
    data: Blob;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_4 | Refused422_16 | Refused429 | Refused500 | Refused503;
  };
  /** One's own API tokens, newest first */
  api_tokens: {
    method: "GET";
    path: "/api/v1/user/api-tokens";
    parts: undefined;
    query: { fields?: Array<"id" | "name" | "scopes" | "createdAt" | "expiresAt" | "lastUsedAt" | "dayLimit"> };
    body: undefined;
    data: Array<ApiToken>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Make an API token: its secret is in this answer alone */
  create_api_token: {
    method: "POST";
    path: "/api/v1/user/api-tokens";
    parts: undefined;
    query: undefined;
    body: NewApiToken;
    data: CreatedApiToken;
    code: Refused400 | Refused401_4 | Refused403_19 | Refused409_29 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Revoke an API token, at once and everywhere */
  revoke_api_token: {
    method: "DELETE";
    path: "/api/v1/user/api-tokens/{token_id}";
    parts: { token_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_32 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The change of one's mail address that is under way */
  email_change: {
    method: "GET";
    path: "/api/v1/user/email-change";
    parts: undefined;
    query: { fields?: Array<"newEmail" | "askedAt" | "expiresAt" | "waitsFor"> };
    body: undefined;
    data: EmailChange;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_33 | Refused429 | Refused500 | Refused503;
  };
  /** Ask for another mail address: links to both, the change takes effect when both have confirmed */
  request_email_change: {
    method: "POST";
    path: "/api/v1/user/email-change";
    parts: undefined;
    query: undefined;
    body: NewEmail;
    data: EmailChange;
    code: Refused400 | Refused401_4 | Refused403_11 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused429_5 | Refused500 | Refused503;
  };
  /** Let it be: its links are dead */
  cancel_email_change: {
    method: "DELETE";
    path: "/api/v1/user/email-change";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412_2 | Refused429 | Refused500 | Refused503;
  };
  /** What a mailed link confirms */
  email_link: {
    method: "GET";
    path: "/api/v1/email-confirmations/{token}";
    parts: { token: string };
    query: { fields?: Array<"side" | "newEmail"> };
    body: undefined;
    data: EmailLink;
    code: Refused400_4 | Refused401 | Refused403 | Refused404_34 | Refused429 | Refused500 | Refused503;
  };
  /** Confirm another mail address by a mailed link, once */
  confirm_email: {
    method: "POST";
    path: "/api/v1/email-confirmations/{token}";
    parts: { token: string };
    query: undefined;
    body: undefined;
    data: EmailConfirmed;
    code: Refused400_3 | Refused401 | Refused403 | Refused404_34 | Refused409_17 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** It was somebody else: stop it by the link to the old address, end all sessions and tokens */
  stop_email_change: {
    method: "POST";
    path: "/api/v1/email-confirmations/{token}/stop";
    parts: { token: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_3 | Refused401 | Refused403 | Refused404_34 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The webhooks of a business, or of the network */
  webhooks: {
    method: "GET";
    path: "/api/v1/webhooks";
    parts: undefined;
    query: { entity_id?: string | null; fields?: Array<"id" | "entityId" | "url" | "types" | "description" | "state" | "reason" | "failures" | "failingSince" | "heldUntil" | "pausedAt" | "positions" | "createdAt" | "secrets"> };
    body: undefined;
    data: Array<Webhook>;
    code: Refused400_4 | Refused401_4 | Refused403_6 | Refused404_2 | Refused429 | Refused500 | Refused503;
  };
  /** Make a webhook: its secret is in this answer alone */
  make_webhook: {
    method: "POST";
    path: "/api/v1/webhooks";
    parts: undefined;
    query: undefined;
    body: NewWebhook;
    data: MadeWebhook;
    code: Refused400 | Refused401_4 | Refused403_5 | Refused404_2 | Refused409_30 | Refused412 | Refused413 | Refused415 | Refused422_17 | Refused429 | Refused500 | Refused503;
  };
  /** One webhook */
  webhook: {
    method: "GET";
    path: "/api/v1/webhooks/{webhook_id}";
    parts: { webhook_id: string };
    query: { fields?: Array<"id" | "entityId" | "url" | "types" | "description" | "state" | "reason" | "failures" | "failingSince" | "heldUntil" | "pausedAt" | "positions" | "createdAt" | "secrets"> };
    body: undefined;
    data: Webhook;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_11 | Refused429 | Refused500 | Refused503;
  };
  /** Another address, other events */
  change_webhook: {
    method: "PATCH";
    path: "/api/v1/webhooks/{webhook_id}";
    parts: { webhook_id: string };
    query: undefined;
    body: WebhookChange;
    data: Webhook;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_2 | Refused412_2 | Refused413 | Refused415 | Refused422_17 | Refused429 | Refused500 | Refused503;
  };
  /** Delete a webhook with its log */
  delete_webhook: {
    method: "DELETE";
    path: "/api/v1/webhooks/{webhook_id}";
    parts: { webhook_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_2 | Refused412_2 | Refused429 | Refused500 | Refused503;
  };
  /** A new secret; the former one signs beside it for 24 hours */
  rotate_webhook_secret: {
    method: "POST";
    path: "/api/v1/webhooks/{webhook_id}/secret";
    parts: { webhook_id: string };
    query: undefined;
    body: undefined;
    data: MadeWebhook;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_2 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** Pause a webhook, resume it with all that waits, or send it a test event */
  switch_webhook: {
    method: "POST";
    path: "/api/v1/webhooks/{webhook_id}/{action}";
    parts: { action: "pause" | "resume" | "test"; webhook_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_31 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** What was delivered, and what was answered, newest first */
  deliveries: {
    method: "GET";
    path: "/api/v1/webhooks/{webhook_id}/deliveries";
    parts: { webhook_id: string };
    query: { page?: number; page_size?: number; after?: string | null; state?: "queued" | "sending" | "failed" | "delivered" | "dead" | "forgotten" | null; cursor?: string; fields?: Array<"id" | "eventId" | "type" | "source" | "position" | "state" | "tries" | "createdAt" | "dueAt" | "endedAt" | "status" | "error" | "excerpt" | "milliseconds" | "again" | "history"> };
    body: undefined;
    data: Array<Delivery>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_11 | Refused429 | Refused500 | Refused503;
  };
  /** Send one again */
  redeliver: {
    method: "POST";
    path: "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redelivery";
    parts: { delivery_id: string; webhook_id: string };
    query: undefined;
    body: undefined;
    data: Record<string, unknown>;
    code: Refused400_6 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_32 | Refused412 | Refused429 | Refused500 | Refused503;
  };
  /** The newest replays */
  replays: {
    method: "GET";
    path: "/api/v1/webhooks/{webhook_id}/replays";
    parts: { webhook_id: string };
    query: { fields?: Array<"id" | "source" | "first" | "last" | "reached" | "queued" | "state" | "createdAt"> };
    body: undefined;
    data: Array<Replay>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused404_11 | Refused429 | Refused500 | Refused503;
  };
  /** Deliver again what happened from a position on */
  replay: {
    method: "POST";
    path: "/api/v1/webhooks/{webhook_id}/replays";
    parts: { webhook_id: string };
    query: undefined;
    body: NewReplay;
    data: Replay;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused404_11 | Refused409_33 | Refused412 | Refused413 | Refused415 | Refused422_18 | Refused429 | Refused500 | Refused503;
  };
  /** Words for the same trade */
  words: {
    method: "GET";
    path: "/api/v1/admin/words";
    parts: undefined;
    query: { fields?: Array<"groups" | "version" | "editedAt"> };
    body: undefined;
    data: WordList;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Replace the words for the same trade */
  put_words: {
    method: "PUT";
    path: "/api/v1/admin/words";
    parts: undefined;
    query: undefined;
    body: WordGroups;
    data: WordList;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_34 | Refused412_2 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** Pairs of tags that are often together */
  word_suggestions: {
    method: "GET";
    path: "/api/v1/admin/words/suggestions";
    parts: undefined;
    query: { fields?: Array<"one" | "other" | "members" | "trades" | "of"> };
    body: undefined;
    data: Array<WordSuggestion>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** What the network lacks: wants nobody meets, offers nobody uses */
  insight: {
    method: "GET";
    path: "/api/v1/admin/insight";
    parts: undefined;
    query: { fields?: Array<"members" | "unmet" | "unused" | "months"> };
    body: undefined;
    data: Insight;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** The same as CSV */
  insight_file: {
    method: "GET";
    path: "/api/v1/admin/insight.csv";
    parts: undefined;
    query: undefined;
    body: undefined;
    data: Blob;
    code: Refused400_3 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Who is far from zero, and which real offers and wants would help */
  clearing: {
    method: "GET";
    path: "/api/v1/admin/clearing";
    parts: undefined;
    query: { fields?: Array<"below" | "above" | "pairs" | "chains"> };
    body: undefined;
    data: Clearing;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** Pairs of tags that may be one */
  tags_alike: {
    method: "GET";
    path: "/api/v1/admin/tags/alike";
    parts: undefined;
    query: { fields?: Array<"keep" | "merge" | "why"> };
    body: undefined;
    data: Array<AlikeTags>;
    code: Refused400_4 | Refused401_4 | Refused403_4 | Refused429 | Refused500 | Refused503;
  };
  /** These two tags are not the same thing: don't suggest it again */
  tell_tags_apart: {
    method: "POST";
    path: "/api/v1/admin/tags/apart";
    parts: undefined;
    query: undefined;
    body: TagsApart;
    data: Record<string, unknown>;
    code: Refused400 | Refused401_4 | Refused403_3 | Refused409_2 | Refused412 | Refused413 | Refused415 | Refused429 | Refused500 | Refused503;
  };
  /** How many categories there are under each letter */
  category_letters: {
    method: "GET";
    path: "/api/v1/categories/letters";
    parts: undefined;
    query: { fields?: Array<"letters"> };
    body: undefined;
    data: CategoryLetters;
    code: Refused400_4 | Refused401 | Refused403 | Refused429 | Refused500 | Refused503;
  };
}
