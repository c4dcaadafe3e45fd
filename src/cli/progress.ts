/** A spinner on stderr while something takes long; nothing where stderr is no terminal. */
export async function withProgress<T>(text: string, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work()
  const { default: ora } = await import('ora')
  const spinner = ora({ text, stream: process.stderr }).start()
  try {
    const result = await work()
    spinner.stop()
    return result
  } catch (error) {
    spinner.stop()
    throw error
  }
}
