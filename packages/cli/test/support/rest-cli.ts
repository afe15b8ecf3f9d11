/** Command lines of the reference's clients, as far as what they would give to curl. */
import { restCli } from '../../src/rest-cli/main.ts';
import type { Service } from '../../src/rest-cli/operations.ts';

export const env = { ONEPROVIDER_HOST: 'https://op.example', ONEPROVIDER_API_KEY: 'key', ONEZONE_HOST: 'https://oz.example' };

export interface Ran {
  readonly status: number;
  readonly printed: string;
  readonly curl: readonly string[] | null;
}

export async function run(service: Service, args: readonly string[], environment: Readonly<Record<string, string>> = env): Promise<Ran> {
  let curl: readonly string[] | null = null;
  const printed: string[] = [];
  const status = await restCli(service, args, {
    env: environment,
    print: (text) => void printed.push(text),
    run: async (given) => {
      curl = given;
      return await Promise.resolve(0);
    },
  });
  return { status, printed: printed.join('\n'), curl };
}

/** Values after `-H` and `-d`, the method and the address. */
export function request({ curl }: Ran): { method?: string; url?: string; headers: string[]; body?: string } {
  const words = curl ?? [];
  const after = (flag: string): string[] => words.flatMap((word, index) => (word === flag ? [words[index + 1] ?? ''] : []));
  const [method] = after('-X');
  const [body] = [...after('-d'), ...after('--data-binary')];
  const url = words.at(-1);
  return {
    headers: after('-H'),
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { url }),
    ...(body === undefined ? {} : { body }),
  };
}
