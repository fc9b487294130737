/**
 * Sets the two-step verification PIN of a WhatsApp Business phone number.
 *
 * @packageDocumentation
 */
export { Client, type CallOptions, type ClientOptions, type SetTwoStepPinResponse, type Usage } from './client.cjs'
export {
  AccountRestrictedError,
  AuthenticationError,
  ConnectionFailedError,
  InvalidConfigurationError,
  InvalidPhoneNumberIdError,
  InvalidPinError,
  InvalidRequestError,
  NotAppliedError,
  NotFoundError,
  NumberNotReadyError,
  PermissionDeniedError,
  PinRejectedError,
  RateLimitedError,
  ServiceUnavailableError,
  TimedOutError,
  TwoStepError,
  UnexpectedResponseError,
  type ErrorKind,
  type Outcome,
  type TwoStepErrorFields,
} from './errors.cjs'
export { fetchTransport, type Fetch, type FetchInit, type FetchResponse } from './fetch.cjs'
export { TransportError, type Transport, type TransportRequest, type TransportResponse } from './transport.cjs'
