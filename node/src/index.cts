/**
 * Sets the two-step verification PIN of a WhatsApp Business phone number, and tells which numbers have one.
 *
 * @packageDocumentation
 */
export type { FleetAccount } from './accounts.cjs'
export { checkVault, VaultFaultError } from './check_vault.cjs'
export { type CallOptions, Client, type ClientOptions, type FileUrl, type RootCertificates, type TwoStepClient } from './client.cjs'
export { Entry } from './entry.cjs'
export {
  AccountRestrictedError,
  AuthenticationError,
  ConnectionFailedError,
  type ErrorKind,
  InvalidConfigurationError,
  InvalidPhoneNumberIdError,
  InvalidPinError,
  InvalidRequestError,
  InvalidWebhookError,
  NotAppliedError,
  NotFoundError,
  NumberNotReadyError,
  type Outcome,
  PermissionDeniedError,
  PinRejectedError,
  RateLimitedError,
  type Reason,
  ServiceUnavailableError,
  TimedOutError,
  TwoStepError,
  type TwoStepErrorFields,
  UnexpectedResponseError,
} from './errors.cjs'
export { type Fetch, type FetchInit, fetchTransport } from './fetch.cjs'
export type { FleetHold, FleetProgress, FleetStop, HoldReason } from './fleet.cjs'
export type { PhoneNumber, PinState } from './phone_number.cjs'
export { generatePin, isWeakPin } from './pin.cjs'
export type { SetTwoStepPinResponse, Usage } from './response.cjs'
export { RotateAll, type RotateAllOptions, type RotationEnd } from './rotate_all.cjs'
export type { Rotation } from './rotation.cjs'
export { type RotateOptions, Rotator, type RotatorOptions } from './rotator.cjs'
export { Secret } from './secret.cjs'
export {
  type Transport,
  TransportError,
  type TransportErrorOptions,
  type TransportRequest,
  type TransportResponse,
  type Unprocessed,
} from './transport.cjs'
export type { Stored, Vault, Version } from './vault.cjs'
export { VaultError, type VaultErrorKind, type VaultErrorOptions } from './vault_error.cjs'
export type { VaultState } from './vault_state.cjs'
export { generateVaultKey, MemoryVault, PostgresVault, type SealedVault, SqliteVault } from './vaults.cjs'
export type { AttemptEnd } from './watch.cjs'
export { type SecurityEvent, securityEvents } from './webhook.cjs'
