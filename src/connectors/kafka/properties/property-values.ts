import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Properties } from './properties.js'

/** A whole number from `min` on. KAFKA_PROPERTY_INVALID where it is none. */
export function numberProperty(properties: Properties, key: string, otherwise: number, min = 0): number {
  const text = properties.getProperty(key)
  if (text === undefined) return otherwise
  const value = Number(text.trim())
  if (text.trim() !== '' && Number.isInteger(value) && value >= min) return value
  return refuseProperty(key, text, `it has to be a whole number from ${String(min)} on`)
}

/** KAFKA_PROPERTY_INVALID where it is neither true nor false. */
export function booleanProperty(properties: Properties, key: string, otherwise: boolean): boolean {
  const text = properties.getProperty(key)
  if (text === undefined) return otherwise
  const value = text.trim().toLowerCase()
  if (value === 'true' || value === 'false') return value === 'true'
  return refuseProperty(key, text, 'it has to be true or false')
}

/** One of `allowed`, in whichever case it is written. KAFKA_PROPERTY_INVALID for any other. */
export function choiceProperty<C extends string>(
  properties: Properties,
  key: string,
  allowed: readonly C[],
  otherwise: C,
): C {
  const text = properties.getProperty(key)
  if (text === undefined) return otherwise
  const value = allowed.find((each) => each.toLowerCase() === text.trim().toLowerCase())
  return value ?? refuseProperty(key, text, `it has to be one of ${allowed.join(', ')}`)
}

export function refuseProperty(property: string, value: string, reason: string, cause?: unknown): never {
  const shown = /password|jaas|\.key$/.test(property) ? '***' : value
  const text = describeValue(shown).slice(1, -1)
  throw new FlinkError('KAFKA_PROPERTY_INVALID', { property, value: text, reason }, { cause })
}
