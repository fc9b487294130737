// The CommonJS module by its names: one copy of the classes, so that instanceof holds across both kinds of module.
export * from './index.cjs'
