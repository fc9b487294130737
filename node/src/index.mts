// The CommonJS module by its names, which bundlers see: one copy of the classes, so that instanceof holds across both kinds of module.
export type * from './index.cjs'
export {
  AccountRestrictedError,
  AuthenticationError,
  Client,
  ConnectionFailedError,
  fetchTransport,
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
  TransportError,
  TwoStepError,
  UnexpectedResponseError,
} from './index.cjs'
