import type { JobWatermarksInfo } from '../../client/rest-cluster-client.js'

const RENAMED: Readonly<Record<string, string>> = { jid: 'jobId', now: 'nowMs', since: 'sinceMs' }

/** What `watermarks --json` has: what the job says, with names as they are in all documents of the command line. */
export function watermarksDocument(info: JobWatermarksInfo): unknown {
  return renamed(info)
}

/** All keys in it are fields: none is a name that a user has chosen. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [nameOf(key), renamed(field)]))
}

function nameOf(key: string): string {
  return RENAMED[key] ?? key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
