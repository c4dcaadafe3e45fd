/** @module flink-ts/connectors/datagen */
export { DataGeneratorSource } from './data-generator-source.js'
export type { GeneratorFunction } from './generator-function.js'
export { RateLimiterStrategy } from './rate-limiter-strategy.js'
export type { RateLimiter, RateLimiterFactory } from './rate-limiter.js'
