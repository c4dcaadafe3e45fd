// Writes access-log.txt beside this file: the log of a web server as it might be, always the same for the same seed.
// Usage: node jobs/data/generate-log.mjs [lines] [seed]
import { writeFileSync } from 'node:fs'

const [lines = '4000', seed = '42'] = process.argv.slice(2)
let state = Number(seed)
const random = (bound) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0
  return (state >>> 8) % bound
}
const pick = (words) => words[random(words.length)]
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const PATHS = ['/', '/index.html', '/login', '/cart', '/cart/items', '/search', '/api/orders', '/api/users', '/static/app.js']
const STATUSES = ['200', '200', '200', '200', '200', '304', '404', '500']
const AGENTS = ['firefox', 'chrome', 'safari', 'curl', 'crawler']

const start = Date.UTC(2026, 0, 1)
const text = Array.from({ length: Number(lines) }, (_, index) => {
  const time = new Date(start + index * 250).toISOString()
  return `${time} ${pick(METHODS)} ${pick(PATHS)} ${pick(STATUSES)} user-${random(200)} ${pick(AGENTS)} ${random(900)}ms`
})
writeFileSync(new URL('access-log.txt', import.meta.url), `${text.join('\n')}\n`)
