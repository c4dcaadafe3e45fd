/** `src/rest/endpoints.md`: what becomes of each operation of Flink's OpenAPI file, as the tests ask for it. */
import { OPERATIONS } from './openapi-file.js'
import { OF_A_JOB, OF_THE_CLUSTER, type Asked } from './requests.js'

const HEAD = `# Endpoints

Every operation of the OpenAPI file of Flink 1.20 (\`test/fixtures/flink\`), under \`/v1\` and without it. *answered*: a test validates the answer
against that file, of a job that runs and, below \`/jobs/:jobid\`, of one that has failed or finished. *refused*: with Flink's form of an error, and
this status. Made by \`npm run pages\`.

| operation | of a job that runs, or of the cluster | of a job that has ended |
| --- | --- | --- |
`

export function renderEndpoints(): string {
  const rows = OPERATIONS.map(({ key, path }) => {
    const isOfJob = path.startsWith('/jobs/{jobid}')
    const asked = OF_A_JOB[key] ?? OF_THE_CLUSTER[key]
    const ended = isOfJob ? becomes(asked, asked?.refusedOfEnded ?? asked?.refused) : ''
    const place = key.replaceAll(/\{(\w+)\}/g, ':$1')
    return `| \`${place}\` | ${becomes(asked, asked?.refused)} | ${ended} |\n`
  })
  return HEAD + rows.join('')
}

function becomes(asked: Asked | undefined, refused: Asked['refused']): string {
  if (asked === undefined) return 'unknown'
  return refused === undefined ? 'answered' : `refused (${String(refused.status)})`
}
