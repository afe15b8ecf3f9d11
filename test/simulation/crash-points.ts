import type { SimulationOptions, SimulationReport } from './simulation.ts';

export async function crashPointJob(_index: number, _options: SimulationOptions | undefined): Promise<SimulationReport> {
  return await Promise.reject(new Error('not yet'));
}
