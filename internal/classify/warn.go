package classify

import "github.com/kajkhoj/kajkhoj/internal/market"

func (d *document) warnings() []market.Warning { return nil }
