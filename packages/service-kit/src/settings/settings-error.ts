export type SettingFault = { name: string; message: string }

/** All faults of the settings at once. Names them by variable, never by value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    super(['Invalid settings:', ...faults.map(({ name, message }) => `  ${name} ${message}`)].join('\n'))
    this.faults = faults
  }
}
