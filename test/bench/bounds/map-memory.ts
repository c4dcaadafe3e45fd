/** What a key costs in a Map from the same keys to the same counts: `node map-memory.js --keys n`. */
import { parseArgs } from 'node:util'
import { recordMaker } from '../jobs/bench-records.js'
import { liveBytes } from '../jobs/heap-size.js'

const { values } = parseArgs({ options: { keys: { type: 'string', default: '1000000' } } })
const keys = Number(values.keys)
const make = recordMaker('sequential', keys, 12345)
const counts = new Map<string, number>()
const before = liveBytes()
for (let id = 0; id < keys; id += 1) {
  const { key } = make(id)
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
const bytes = liveBytes() - before
console.log(JSON.stringify({ bytesPerKey: bytes / counts.size }))
