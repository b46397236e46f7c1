// Package config holds the data that operators may read and change: the
// default configuration, rates, skills, kinds of work, regions, synonyms.
package config

import "embed"

// Files are the data files by name, for example "rates.yaml".
//
//go:embed *.yaml
var Files embed.FS
