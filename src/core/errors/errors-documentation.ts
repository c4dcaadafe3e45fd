import { ERROR_TABLE, type ErrorRow } from './error-table.js'

/** The table of errors in the README of this folder, without its head: a line a row, in the order of the error table. */
export function renderErrorRows(): string {
  return Object.entries<ErrorRow>(ERROR_TABLE)
    .map(([code, { message, fault, recovery, httpStatus, exitCode }]) => {
      const text = message.replaceAll('\n', ' ').replaceAll('|', '\\|')
      return `| ${code} | ${text} | ${fault} | ${recovery} | ${String(httpStatus)} | ${String(exitCode)} |\n`
    })
    .join('')
}
