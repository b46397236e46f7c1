package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/kajkhoj/kajkhoj/internal/config"
)

// The exit codes.
const (
	exitOK    = 0
	exitError = 1 // it was tried and failed
	exitUsage = 2 // it was asked for in a wrong way
)

type cli struct {
	globals `embed:""`

	Demo    demoCmd    `cmd:"" help:"Run everything on small marketplaces of its own, without internet."`
	Serve   serveCmd   `cmd:"" help:"Collect from the live sources and serve the page."`
	Collect collectCmd `cmd:"" help:"Visit sources once, now."`
	Search  searchCmd  `cmd:"" help:"Search the stored listings."`
	Source  sourceCmd  `cmd:"" help:"Look at sources, and make new ones."`
	Report  struct {
		List reportListCmd `cmd:"" help:"List what readers reported as wrong, the newest first."`
	} `cmd:"" help:"Look at readers' reports."`
	Admin    adminCmd    `cmd:"" help:"Let operators in."`
	Mail     mailCmd     `cmd:"" help:"Look after saved-search mails."`
	Reindex  reindexCmd  `cmd:"" help:"Rebuild the search index from the store, while the old one answers."`
	Classify classifyCmd `cmd:"" help:"Label listings given as JSON lines with level, English and warning signs."`
	Config   configCmd   `cmd:"" help:"Print the configuration in force, secrets hidden."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// globals are the flags of every command; each is also an environment
// variable, and wins over the file that --config names.
type globals struct {
	Config    string   `name:"config" help:"A configuration file; config/kajkhoj.yaml shows every key." env:"KAJKHOJ_CONFIG" placeholder:"FILE" type:"path"`
	Listen    string   `help:"Where the page, or without the role web what watches the process, listens (default 127.0.0.1:8080)." env:"KAJKHOJ_LISTEN" placeholder:"ADDR"`
	Data      string   `help:"The folder of SQLite and the embedded index (default ./data)." env:"KAJKHOJ_DATA" placeholder:"DIR"`
	DB        string   `name:"db" help:"A PostgreSQL URL; without it SQLite in the data folder." env:"KAJKHOJ_DB" placeholder:"URL"`
	Engine    string   `name:"search" help:"The search engine: local or meili (default local)." env:"KAJKHOJ_SEARCH" placeholder:"ENGINE"`
	MeiliURL  string   `name:"meili-url" help:"The Meilisearch server; its key comes from KAJKHOJ_MEILI_KEY only." env:"KAJKHOJ_MEILI_URL" placeholder:"URL"`
	BaseURL   string   `name:"base-url" help:"The address under which people reach the page." env:"KAJKHOJ_BASE_URL" placeholder:"URL"`
	SMTP      string   `name:"smtp" help:"The server that mails leave by; its password comes from KAJKHOJ_SMTP_PASSWORD only." env:"KAJKHOJ_SMTP" placeholder:"URL"`
	MailFrom  string   `help:"The address that mails come from." env:"KAJKHOJ_MAIL_FROM" placeholder:"ADDRESS"`
	Roles     []string `help:"What this process does, of web,collect,index,mail (default all)." env:"KAJKHOJ_ROLES" placeholder:"ROLE"`
	Contact   string   `help:"The address that every site is told, to reach the operator." env:"KAJKHOJ_CONTACT" placeholder:"URL"`
	LogLevel  string   `help:"debug, info, warn or error (default info)." env:"KAJKHOJ_LOG_LEVEL" placeholder:"LEVEL"`
	LogFormat string   `help:"text or json (default text)." env:"KAJKHOJ_LOG_FORMAT" placeholder:"FORMAT"`
}

// load is the file, or the defaults, with the flags over it. What is wrong
// is a usageError.
func (g globals) load() (config.Config, error) {
	c := config.Default()
	if g.Config != "" {
		var err error
		if c, err = config.Load(g.Config); err != nil {
			return c, usageError{err}
		}
	}
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&c.Listen, g.Listen)
	set(&c.Data, g.Data)
	set(&c.DB, g.DB)
	set(&c.Search.Engine, g.Engine)
	set(&c.Search.MeiliURL, g.MeiliURL)
	set(&c.Search.MeiliKey, os.Getenv("KAJKHOJ_MEILI_KEY"))
	set(&c.BaseURL, g.BaseURL)
	set(&c.Mail.SMTP, g.SMTP)
	set(&c.Mail.From, g.MailFrom)
	set(&c.Mail.Password, os.Getenv("KAJKHOJ_SMTP_PASSWORD"))
	set(&c.Mail.BounceSecret, os.Getenv("KAJKHOJ_BOUNCE_SECRET"))
	set(&c.Contact, g.Contact)
	set(&c.Log.Level, g.LogLevel)
	set(&c.Log.Format, g.LogFormat)
	if len(g.Roles) > 0 {
		c.Roles = g.Roles
	}
	return c, nil
}

// usageError is a command line or a configuration that cannot be meant.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// env is what a command works with.
type env struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	g      *globals
}

// settings are the configuration in force, checked, and the sources that
// come with the program.
func (e *env) settings() (config.Config, sources, error) {
	c, err := e.g.load()
	if err != nil {
		return c, nil, err
	}
	ss, err := shipped(os.Getenv)
	if err != nil {
		return c, nil, err
	}
	if err := c.Check(ss.known); err != nil {
		return c, nil, usageError{err}
	}
	return c, ss, nil
}

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("kajkhoj"),
		kong.Description(description),
		kong.UsageOnError(),
		kong.Help(help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code; panic(exitPanic{}) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(stderr, "kajkhoj:", err)
		return exitError
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, done, err := parse(parser, args)
	if done {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "kajkhoj: %v\nTry 'kajkhoj --help'.\n", err)
		return exitUsage
	}
	err = kctx.Run(&env{ctx: ctx, stdout: stdout, stderr: stderr, g: &c.globals})
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "kajkhoj: %v\nTry 'kajkhoj %s --help'.\n", err, strings.Fields(kctx.Command())[0])
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitOK
	}
	fmt.Fprintln(stderr, "kajkhoj:", err)
	return exitError
}

type exitPanic struct{}

// parse keeps kong from ending the process: --help prints and is done.
func parse(p *kong.Kong, args []string) (kctx *kong.Context, done bool, err error) {
	defer func() {
		switch v := recover(); v.(type) {
		case nil:
		case exitPanic:
			done = true
		default:
			panic(v)
		}
	}()
	kctx, err = p.Parse(args)
	return kctx, false, err
}

const description = `Kajkhoj (কাজ খোঁজ) finds freelance and remote work by skill level and required English.`

// examples end the help of the whole command.
const examples = `
Examples:
  kajkhoj demo                                           try it, without internet
  kajkhoj serve --data /var/lib/kajkhoj                  run it on the live sources
  kajkhoj serve --db postgres://… --search meili         on PostgreSQL and Meilisearch
  kajkhoj search data entry --level entry                search on the terminal
  kajkhoj source try jobicy --file answer.json           check a source's saved answer
`

// help is kong's help, with the examples after that of the whole command.
func help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	if ctx.Selected() == nil {
		fmt.Fprint(ctx.Stdout, examples)
	}
	return nil
}

// logger writes to stderr as the configuration says.
func logger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
