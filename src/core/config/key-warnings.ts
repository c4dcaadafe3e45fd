import { distanceOf, lettersOf } from '../errors/nearest-name.js'
import { ALL_OPTIONS } from './all-options.js'
import type { ConfigOption } from './config-option.js'
import type { Configuration } from './configuration.js'

/** As many letters may be wrong for a key to be taken for another one: in a short name two make another word (min, max). */
const MOST_WRONG = 2
const MOST_WRONG_IN_SHORT = 1
const SHORT = 6
/** Flink hands these to the drivers of Hadoop and Presto, which have some hundred. */
const OF_S3_DRIVER = /^(?:s3[ap]?|fs\.s3a|presto\.s3|hive\.s3)\./

/**
 * What the user of a configuration is to be told of its keys: those that nothing reads and that are nearly the key of an
 * option, or lie below one that takes a single value; and old names that do not count because the newer one is set as well.
 * Flink accepts any key, and so does flink-ts. `isMeant`: leaves out the keys of which the user was told before.
 */
export function warningsOfKeys(configuration: Configuration, isMeant: (key: string) => boolean = () => true): string[] {
  const keys = configuration.keys()
  const unknown = keys.filter((key) => isMeant(key) && !isKnown(key))
  const notRead = unknown.flatMap((key) => {
    const advice = adviceOn(key)
    const where = configuration.originOfKey(key) ?? ''
    return advice === undefined ? [] : [`${key} is read by nothing (set in ${where}). ${advice}`]
  })
  return [...notRead, ...passedOver(configuration, isMeant)]
}

function isKnown(key: string): boolean {
  return ALL_OPTIONS.some((option) => {
    return namesOf(option).some((name) => key === name || (option.type === 'map' && key.startsWith(`${name}.`)))
  })
}

function adviceOn(key: string): string | undefined {
  const above = ALL_OPTIONS.find((option) => key.startsWith(`${option.key}.`))
  if (above !== undefined) return `${above.key} takes one value, and no mapping.`
  const near = nearestName(key)
  if (near !== undefined) return `Did you mean ${near}?`
  return OF_S3_DRIVER.test(key) ? 'Of the options of s3:// conf/README.md lists those that count.' : undefined
}

function namesOf({ key, fallbackKeys, deprecatedKeys }: ConfigOption<unknown>): readonly string[] {
  return [key, ...fallbackKeys, ...deprecatedKeys]
}

/** Where several names of an option are set the first one counts, wherever they stand, and -D does not change that. */
function passedOver(configuration: Configuration, isMeant: (key: string) => boolean): string[] {
  return ALL_OPTIONS.flatMap((option) => {
    const [winner = '', ...others] = namesOf(option).filter((name) => configuration.getString(name) !== undefined)
    const value = configuration.getString(winner)
    const beaten = others.filter(
      (name) => configuration.getString(name) !== value && (isMeant(name) || isMeant(winner)),
    )
    return beaten.map((name) => {
      const place = configuration.originOfKey(name) ?? ''
      return `${name} does not count (set in ${place}): ${winner} is a newer name of the same option (set in ${configuration.originOfKey(winner) ?? ''}).`
    })
  })
}

/** The name of an option that differs in a letter or two, in dots and dashes, or in capitals; undefined without one. */
function nearestName(key: string): string | undefined {
  let nearest: string | undefined
  let least = MOST_WRONG + 1
  for (const name of ALL_OPTIONS.flatMap(namesOf)) {
    const distance = distanceOfKeys(key, name)
    if (distance >= least) continue
    least = distance
    nearest = name
  }
  return nearest
}

function distanceOfKeys(key: string, name: string): number {
  if (lettersOf(key) === lettersOf(name)) return 0
  const [parts, wanted] = [key.split('.'), name.split('.')]
  if (parts.length !== wanted.length)
    return Math.max(1, distanceOf(lettersOf(key), lettersOf(name), MOST_WRONG_IN_SHORT))
  return parts.reduce((sum, part, index) => sum + distanceOfParts(part, wanted[index] ?? ''), 0)
}

function distanceOfParts(part: string, wanted: string): number {
  return distanceOf(lettersOf(part), lettersOf(wanted), wanted.length < SHORT ? MOST_WRONG_IN_SHORT : MOST_WRONG)
}
