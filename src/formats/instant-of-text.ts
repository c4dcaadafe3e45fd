const TIME =
  /^\s*((?:\d{4}|\+\d{6}|-(?!000000)\d{6})-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?\s*$/
/** Every month has so many. */
const DAYS = 28

/**
 * Undefined for what is no time of ISO 8601: a Date by itself makes May of 'may 5', and the first of March of February 30. Without a zone it
 * is a time of UTC, so that each machine reads the same.
 */
export function instantOfText(text: string): Date | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, day = '', dayOfMonth, time, zone = 'Z'] = match
  const date = new Date(time === undefined ? day : `${day}T${time}${zone}`)
  if (Number.isNaN(date.getTime())) return undefined
  const isThere = Number(dayOfMonth) <= DAYS || new Date(day).getUTCDate() === Number(dayOfMonth)
  return isThere ? date : undefined
}
