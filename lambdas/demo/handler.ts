/** Greets a file by its name (lambdas R115). */
import { defineLambda } from '@laneway/lambda-kit';

interface DemoArgs {
  readonly item: { readonly name?: string };
}

export const lambda = defineLambda<DemoArgs, { readonly result: string }>({
  item: ({ item }, context) => {
    context.heartbeat();
    if (typeof item?.name !== 'string') {
      throw new TypeError('The item has no name.');
    }
    return { result: `Hello - ${item.name}` };
  },
});
