/** The whole application: the door when nobody is signed in, else the pages inside the shell. */
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ApiError } from "@/api/client";
import { SESSION, useSession } from "@/api/session";
import { LanguageProvider } from "@/i18n";
import { SetUp, SignIn } from "@/pages/entry/SignIn";
import { Failure, Loading } from "@/parts/Await";
import { router } from "./routes";
import { theme, variables } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.code === "network" || error.status === 503),
      throwOnError: (error) => {
        if (error instanceof ApiError && error.code === "unauthenticated") void queries.invalidateQueries({ queryKey: SESSION });
        return false;
      },
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <LanguageProvider>
          <Gate />
        </LanguageProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}

function Gate() {
  const session = useSession();
  if (session.error && !session.data) {
    return (
      <main style={{ maxWidth: 560, margin: "18vh auto", padding: 20 }}>
        <Failure error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  if (!session.data) return <Loading height={120} />;
  if (session.data.user) return <RouterProvider router={router} />;
  return session.data.setup_needed ? <SetUp /> : <SignIn />;
}
