import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { parseFileUri } from './file-path.js'

/** Of a URI the colon after its scheme separates nothing. */
const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]+$/

/**
 * As Flink reads lists of local directories, separated by a comma, a bar or what separates the entries of a PATH; `file:` URIs
 * are taken, too. FILE_SYSTEM_SCHEME_UNSUPPORTED where one is no directory of this machine.
 */
export function directoriesIn(text: string | undefined): readonly string[] {
  const places = (text ?? '').split(/[,|]/).flatMap((part) => entriesOf(part))
  return places.map((place) => place.trim()).flatMap((place) => (place === '' ? [] : [pathOf(place)]))
}

function entriesOf(part: string): string[] {
  const entries: string[] = []
  for (const piece of part.split(path.delimiter)) {
    const last = entries.at(-1)?.trim() ?? ''
    const isRest =
      path.delimiter === ':' && SCHEME.test(last) && (piece.startsWith('//') || last.toLowerCase() === 'file')
    if (isRest) entries.push(`${entries.pop() ?? ''}:${piece}`)
    else entries.push(piece)
  }
  return entries
}

function pathOf(place: string): string {
  const { scheme, path: found } = parseFileUri(place)
  if (scheme === 'file') return found
  const asked = place.replace(/\/\/[^/@]*@/, '//')
  throw new FlinkError('FILE_SYSTEM_SCHEME_UNSUPPORTED', { scheme, advice: `Name a local directory, not '${asked}'.` })
}
