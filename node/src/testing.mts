// The CommonJS module by its names.
export * from './testing.cjs'
