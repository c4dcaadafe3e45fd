/** A browser that goes over the pages of Flink's dashboard, and writes down what went wrong on each. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Browser, type Page, type Request } from 'playwright-core'

const VIEWPORT = { width: 1500, height: 1000 }
const SHOW_MS = 15_000
/** Requests of a page go out after it is drawn. */
const QUIET_MS = 400

export interface TourSettings {
  readonly browser: string
  /** Where the dashboard is. */
  readonly url: string
  /** Where a picture of each page goes; undefined: none is made. */
  readonly pictures: string | undefined
  /** Requests that may fail, as Flink's own fail. */
  readonly mayFail: readonly RegExp[]
  /** What the dashboard may say on the console, whatever answers it. */
  readonly maySay: readonly RegExp[]
}

export class Tour {
  readonly page: Page
  /** What went wrong, with the page on which it did. */
  readonly problems: string[] = []
  readonly #browser: Browser
  readonly #settings: TourSettings
  #place = 'start'
  #pictures = 0

  private constructor(browser: Browser, page: Page, settings: TourSettings) {
    this.#browser = browser
    this.page = page
    this.#settings = settings
    page.setDefaultTimeout(SHOW_MS)
    page.on('pageerror', (error) => {
      this.#note(`error: ${error.message}`)
    })
    page.on('console', (message) => {
      // What Chromium says of an answer is noted with the answer itself.
      const text = message.text()
      const isKnown = text.startsWith('Failed to load resource') || settings.maySay.some((known) => known.test(text))
      if (message.type() === 'error' && !isKnown) this.#note(`console: ${text}`)
    })
    page.on('response', (response) => {
      if (response.status() >= 400) this.#requestFailed(response.request(), String(response.status()))
    })
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? ''
      // Whoever leaves a page needs its answers no more.
      if (reason !== 'net::ERR_ABORTED') this.#requestFailed(request, reason)
    })
  }

  static async begin(settings: TourSettings): Promise<Tour> {
    if (settings.pictures !== undefined) mkdirSync(settings.pictures, { recursive: true })
    const browser = await chromium.launch({ executablePath: settings.browser, args: ['--no-sandbox'] })
    const page = await browser.newPage({ viewport: VIEWPORT })
    return new Tour(browser, page, settings)
  }

  async end(): Promise<void> {
    await this.#browser.close()
  }

  /** To a page by its address. */
  async open(place: string, hash: string): Promise<void> {
    this.#place = place
    await this.page.goto(`${this.#settings.url}#${hash}`)
    await this.#look()
  }

  /** What is done on the page where the tour is, and a picture of what came of it. */
  async step(place: string, act: (page: Page) => Promise<void>): Promise<void> {
    this.#place = place
    await act(this.page)
    await this.#look()
  }

  /** A tab of a page, of a drawer where that is open. */
  async tab(place: string, title: string, within = 'flink-navigation'): Promise<void> {
    await this.step(place, async (page) => {
      const tab = page.locator(within).last().getByText(title, { exact: true })
      await tab.click()
    })
  }

  /** The text of the page, or of a part of it, as soon as it has what is looked for. */
  async shows(text: string | RegExp, within = 'flink-root'): Promise<void> {
    await this.page.locator(within).last().getByText(text).first().waitFor({ state: 'visible' })
  }

  async text(within = 'flink-root'): Promise<string> {
    return this.page.locator(within).last().innerText()
  }

  async #look(): Promise<void> {
    await this.page.waitForLoadState('networkidle').catch(() => undefined)
    await this.page.waitForTimeout(QUIET_MS)
    const { pictures } = this.#settings
    if (pictures !== undefined) {
      this.#pictures += 1
      const name = `${String(this.#pictures).padStart(2, '0')}-${this.#place.replaceAll(/[^a-z0-9]+/gi, '-')}.png`
      await this.page.screenshot({ path: path.join(pictures, name) })
    }
    // What the server has said lies over the buttons.
    for (const close of await this.page.locator('.ant-notification-notice-close').all()) {
      await close.click({ timeout: QUIET_MS }).catch(() => undefined)
    }
  }

  #requestFailed(request: Request, reason: string): void {
    const what = `${request.method()} ${new URL(request.url()).pathname}`
    if (!this.#settings.mayFail.some((pattern) => pattern.test(what))) this.#note(`${what}: ${reason}`)
  }

  #note(problem: string): void {
    const text = `${this.#place}: ${problem}`
    if (!this.problems.includes(text)) this.problems.push(text)
  }
}
