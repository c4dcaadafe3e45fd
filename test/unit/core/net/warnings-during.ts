/** What Node warns of while something is done, such as listeners that are forgotten: a user would read it on standard error. */
export async function warningsDuring(action: () => Promise<unknown>): Promise<string[]> {
  const warnings: string[] = []
  const onWarning = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', onWarning)
  try {
    await action()
    // They are told later.
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('warning', onWarning)
  }
  return warnings
}
