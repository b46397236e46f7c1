package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/web"
)

// consoleTokenFor is how long a token that was printed signs somebody in.
const consoleTokenFor = 24 * time.Hour

// adminCmd are the commands about operators.
type adminCmd struct {
	Token adminTokenCmd `cmd:"" help:"Print a token that signs an operator in at /admin, once, within a day."`
}

type adminTokenCmd struct{}

func (adminTokenCmd) Run(e *env) error {
	a, err := e.mailStore()
	if err != nil {
		return err
	}
	defer a.close()
	raw, err := a.consoleToken(e.ctx, time.Now().UTC())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, raw)
	return err
}

// consoleToken makes a token for whoever can read this process's output.
func (a *app) consoleToken(ctx context.Context, now time.Time) (raw string, err error) {
	raw, t := market.NewToken(market.TokenSignIn, market.OperatorConsole, "", now, consoleTokenFor)
	return raw, a.store.PutToken(ctx, t, nil)
}

// invite prints a link that signs an operator in, where nobody is signed in
// and no link is out that would: at the first start, that is.
func (a *app) invite(ctx context.Context, w io.Writer, base string) error {
	now := time.Now().UTC()
	for _, scope := range []market.TokenScope{market.TokenSession, market.TokenSignIn} {
		ts, err := a.store.OperatorTokens(ctx, scope, now)
		if err != nil || len(ts) > 0 {
			return err
		}
	}
	raw, err := a.consoleToken(ctx, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "Sign in as operator, within a day: %s/admin/signin/%s\n", base, raw)
	return err
}

// admin is what the pages for operators are made of.
func (a *app) admin(writer *mail.Writer) *web.Admin {
	return &web.Admin{Store: a.store, Addresses: a.cfg.Operators, Letter: writer.Operator, Workshop: &workshop{client: a.collector.Fetch, normalize: a.normalize, shipped: a.roster.shipped}}
}

// ownSecrets are the program's own variables that no flag stands for.
var ownSecrets = []string{"KAJKHOJ_MEILI_KEY", "KAJKHOJ_SMTP_PASSWORD", "KAJKHOJ_BOUNCE_SECRET"}

// sourceEnv is os.Getenv for recipes that operators make: it knows the
// variables that begin with KAJKHOJ_ and are not the program's own, so that
// nobody who writes a recipe can have a secret sent to a site of theirs.
func sourceEnv(name string) string {
	if !strings.HasPrefix(name, "KAJKHOJ_") || slices.Contains(ownSecrets, name) {
		return ""
	}
	for f := range reflect.TypeFor[globals]().Fields() {
		if f.Tag.Get("env") == name {
			return ""
		}
	}
	return os.Getenv(name)
}

// followEvery is how often operators' changes to sources are taken over.
const followEvery = 5 * time.Second

// enterSources takes over the operators' sources, and tells the store which
// there are now, those that come with the program included. Whoever told it of
// the latter alone would switch the others off.
func (a *app) enterSources(ctx context.Context) error {
	_, err := a.followStored(ctx, time.Now().UTC())
	if errors.Is(err, market.ErrNone) {
		err = a.syncSources(ctx)
	}
	return err
}

// followStored takes over what operators changed, and tells the store which
// sources there are now.
func (a *app) followStored(ctx context.Context, _ time.Time) (did int, err error) {
	made, err := a.store.StoredSources(ctx)
	if err != nil {
		return 0, err
	}
	before := a.roster.now.Load().made
	if slices.EqualFunc(made, before, func(x, y market.StoredSource) bool {
		return x.Name == y.Name && x.Changed.Equal(y.Changed)
	}) {
		return 0, market.ErrNone
	}
	a.roster.take(made)
	if err := a.syncSources(ctx); err != nil {
		a.roster.take(before) // the next pass tries again
		return 0, err
	}
	return 1, nil
}
