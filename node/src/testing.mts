// The CommonJS module by its names.
export {
  makeError,
  makeResponse,
  type RecordedRequest,
  type Sandbox,
  type SandboxOptions,
  type SandboxStats,
  startSandbox,
} from './testing.cjs'
