/** `npm run pages`: writes what the READMEs take from the code, so that nobody does it by hand. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { renderOptionsDocumentation } from '../../src/core/config/options-documentation.js'
import { renderErrorPage, renderErrorRows } from '../../src/core/errors/errors-documentation.js'
import { renderEndpoints } from '../e2e/openapi/endpoint-table.js'

const repository = path.resolve(import.meta.dirname, '../../..')
const errors = path.join(repository, 'src/core/errors/README.md')

writeFileSync(path.join(repository, 'conf/README.md'), renderOptionsDocumentation())
const page = readFileSync(errors, 'utf8')
// A message may have a `$`, which a text in the place of a function would give a meaning.
writeFileSync(
  errors,
  page.replace(/^(\| [A-Z_]+ \|.*\n)+/m, () => renderErrorRows()),
)
writeFileSync(path.join(repository, 'jobs/errors.md'), renderErrorPage())
writeFileSync(path.join(repository, 'src/rest/endpoints.md'), renderEndpoints())
